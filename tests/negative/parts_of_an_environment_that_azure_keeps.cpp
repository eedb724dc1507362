// SPDX-License-Identifier: BSL-1.0
// expect-error: est<64>.*parts_of_an_environment_that_azure_keeps.*give_the_environment_another_name
#include <estima/estimator.hpp>

using pool = estima::aml_compute<estima::target_name<"pool">>;
#ifdef POSITIVE_CONTROL
using job = estima::estimator<pool, estima::environment_definition<"AzureML-PyTorch-1.4-GPU:3">>;
#else
using job = estima::estimator<pool, estima::environment_definition<"AzureML-PyTorch-1.4-GPU", estima::pip_packages<"tqdm">>>;
#endif
