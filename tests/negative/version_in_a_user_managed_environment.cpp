// SPDX-License-Identifier: BSL-1.0
// expect-error: est<9>.*a_framework_version_in_an_environment
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::pytorch<>, estima::environment<estima::user_managed>>;
#else
using job = estima::estimator<estima::pytorch<"1.4">, estima::environment<estima::user_managed>>;
#endif
