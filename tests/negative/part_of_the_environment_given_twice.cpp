// SPDX-License-Identifier: BSL-1.0
// expect-error: est<14>.*a_part_of_the_environment_is_given_twice.*give_each_part.*about<.*pip_packages<.*pip_packages<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::pip_packages<"numpy", "scipy">>>;
#else
using job = estima::estimator<estima::environment<estima::pip_packages<"numpy">, estima::pip_packages<"scipy">>>;
#endif
