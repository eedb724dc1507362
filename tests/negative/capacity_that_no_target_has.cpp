// SPDX-License-Identifier: BSL-1.0
// expect-error: est<55>.*a_capacity_that_no_target_has
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::gpus_per_node<0>>>;
#else
using job = estima::estimator<estima::slurm<estima::gpus_per_node<-1>>>;
#endif
