// SPDX-License-Identifier: BSL-1.0
// expect-error: est<7>.*a_node_count_below_one.*give_at_least_one
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::node_count<1>>>;
#else
using job = estima::estimator<estima::mpi<estima::node_count<0>>>;
#endif
