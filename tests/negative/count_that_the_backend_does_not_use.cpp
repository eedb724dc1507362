// SPDX-License-Identifier: BSL-1.0
// expect-error: est<46>.*a_count_that_the_backend_does_not_use.*give_the_counts_that_the_backend_uses
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::process_count_per_node<2>>>;
#else
using job = estima::estimator<estima::mpi<estima::worker_count<2>>>;
#endif
