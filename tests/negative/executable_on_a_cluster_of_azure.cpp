// SPDX-License-Identifier: BSL-1.0
// expect-error: est<59>.*an_executable_on_a_cluster_of_azure.*use_generic_and_a_script
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::native, estima::slurm<>>;
#else
using job = estima::estimator<estima::native, estima::aml_compute<estima::target_name<"pool">>>;
#endif
