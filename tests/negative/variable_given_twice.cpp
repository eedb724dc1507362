// SPDX-License-Identifier: BSL-1.0
// expect-error: est<26>.*a_name_is_given_twice.*give_each_name_once.*("A"|'A')
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"A", "1">, estima::variable<"B", "2">>>>;
#else
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"A", "1">, estima::variable<"A", "2">>>>;
#endif
