// SPDX-License-Identifier: BSL-1.0
// expect-error: est<73>.*a_placement_that_mpirun_does_not_know.*name_a_part_of_a_node
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::bind_to<"core">, estima::map_by<"socket:PE=2">>>;
#else
using job = estima::estimator<estima::mpi<estima::bind_to<"socket">, estima::map_by<"socket:PE=2">>>;
#endif
