// SPDX-License-Identifier: BSL-1.0
// expect-error: est<27>.*more_processes_on_a_node_than_it_has_gpus.*start_one_process_for_each_gpu
#include <estima/estimator.hpp>

using target = estima::slurm<estima::gpus_per_node<2>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::nccl<estima::process_count_per_node<2>>, target>;
#else
using job = estima::estimator<estima::nccl<estima::process_count_per_node<3>>, target>;
#endif
