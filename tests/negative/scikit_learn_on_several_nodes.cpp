// SPDX-License-Identifier: BSL-1.0
// expect-error: est<5>.*several_nodes_for_a_framework_that_trains_on_one
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::generic, estima::mpi<>>;
#else
using job = estima::estimator<estima::scikit_learn<>, estima::mpi<estima::node_count<2>>>;
#endif
