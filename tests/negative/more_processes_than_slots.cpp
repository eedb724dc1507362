// SPDX-License-Identifier: BSL-1.0
// expect-error: est<19>.*more_processes_on_a_node_than_it_has_slots.*lower_process_count_per_node
#include <estima/estimator.hpp>

using target = estima::slurm<estima::slots_per_node<4>>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::process_count_per_node<4>>, target>;
#else
using job = estima::estimator<estima::mpi<estima::process_count_per_node<5>>, target>;
#endif
