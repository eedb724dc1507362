// SPDX-License-Identifier: BSL-1.0
// expect-error: est<8>.*a_process_count_per_node_below_one.*give_at_least_one
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::process_count_per_node<1>>>;
#else
using job = estima::estimator<estima::mpi<estima::process_count_per_node<0>>>;
#endif
