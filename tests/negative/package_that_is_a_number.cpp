// SPDX-License-Identifier: BSL-1.0
// expect-error: a text is wanted here: write the number in quotes
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<estima::environment<estima::pip_packages<"tqdm", "torch">>> const job{};
#else
estima::estimator<estima::environment<estima::pip_packages<"tqdm", 3>>> const job{};
#endif
