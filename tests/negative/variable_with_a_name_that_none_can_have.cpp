// SPDX-License-Identifier: BSL-1.0
// expect-error: est<25>.*a_text_that_cannot_be_passed_to_a_process
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"A", "B=1">>>>;
#else
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"A=B", "1">>>>;
#endif
