// SPDX-License-Identifier: BSL-1.0
// expect-error: est<3>.*more_nodes_than_the_compute_target_has.*lower_node_count
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::local, estima::mpi<estima::node_count<1>>>;
#else
using job = estima::estimator<estima::local, estima::mpi<estima::node_count<4>>>;
#endif
