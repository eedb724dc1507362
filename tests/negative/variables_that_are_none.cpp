// SPDX-License-Identifier: BSL-1.0
// expect-error: est<53>.*an_argument_that_its_policy_does_not_take.*about<int>
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"A", "1">>>>;
#else
using job = estima::estimator<estima::environment<estima::environment_variables<int>>>;
#endif
