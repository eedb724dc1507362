// SPDX-License-Identifier: BSL-1.0
// expect-error: est<61>.*a_placement_that_azure_does_not_make.*drop_bind_to_and_map_by
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<>, estima::mpi<estima::bind_to<"core">>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::mpi<estima::bind_to<"core">>>;
#endif
