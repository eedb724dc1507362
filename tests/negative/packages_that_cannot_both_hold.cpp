// SPDX-License-Identifier: BSL-1.0
// expect-error: est<37>.*packages_that_cannot_be_installed_together.*keep_one_of_them
// expect-error: no_version_satisfies<.*("numpy<1[.]20"|'n', 'u', 'm', 'p', 'y', '<', '1', '[.]', '2', '0').*("NumPy>=1[.]20"|'N', 'u', 'm', 'P', 'y', '>', '=', '1', '[.]', '2', '0')
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::pip_packages<"numpy<1.20", "NumPy>=1.19">>>;
#else
using job = estima::estimator<estima::environment<estima::pip_packages<"numpy<1.20", "NumPy>=1.20">>>;
#endif
