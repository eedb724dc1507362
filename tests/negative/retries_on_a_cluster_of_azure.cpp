// SPDX-License-Identifier: BSL-1.0
// expect-error: est<60>.*retries_that_azure_does_not_make.*drop_retries_or_choose
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::retries<3>>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">, estima::retries<3>>>;
#endif
