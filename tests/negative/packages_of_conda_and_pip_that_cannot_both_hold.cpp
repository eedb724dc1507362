// SPDX-License-Identifier: BSL-1.0
// expect-error: est<37>.*packages_that_cannot_be_installed_together.*keep_one_of_them_or_pins_that_overlap
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using pinned = estima::pip_packages<"NumPy==1.16.4">;
#else
using pinned = estima::pip_packages<"NumPy==1.17.0">;
#endif
using job = estima::estimator<estima::environment<estima::conda_packages<"numpy=1.16">, pinned>>;
