// SPDX-License-Identifier: BSL-1.0
// expect-error: est<18>.*nccl_on_a_target_without_gpus.*choose_a_target_with_gpus
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::pytorch<>, estima::nccl<>, estima::slurm<estima::gpus_per_node<1>>>;
#else
using job = estima::estimator<estima::pytorch<>, estima::nccl<>, estima::slurm<estima::gpus_per_node<0>>>;
#endif
