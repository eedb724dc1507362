// SPDX-License-Identifier: BSL-1.0
// expect-error: est<37>.*packages_that_cannot_be_installed_together.*keep_one_of_them
// expect-error: no_version_satisfies<.*("torch==1[.]4[.]0"|'t', 'o', 'r', 'c', 'h', '=', '=', '1', '[.]', '4', '[.]', '0').*("torch==1[.]5"|'t', 'o', 'r', 'c', 'h', '=', '=', '1', '[.]', '5')
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::pytorch<"1.4">, estima::environment<estima::pip_packages<"torch==1.4">>>;
#else
using job = estima::estimator<estima::pytorch<"1.4">, estima::environment<estima::pip_packages<"torch==1.5">>>;
#endif
