// SPDX-License-Identifier: BSL-1.0
// expect-error: est<54>.*an_empty_value.*about<.*partition<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::partition<"gpu">>>;
#else
using job = estima::estimator<estima::slurm<estima::partition<>>>;
#endif
