// SPDX-License-Identifier: BSL-1.0
// expect-error: est<15>.*packages_in_an_environment_that_the_user_manages.*drop_user_managed
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::pip_packages<"numpy">>>;
#else
using job = estima::estimator<estima::environment<estima::user_managed, estima::pip_packages<"numpy">>>;
#endif
