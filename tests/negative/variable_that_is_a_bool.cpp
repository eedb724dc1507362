// SPDX-License-Identifier: BSL-1.0
// expect-error: with Other = bool\]|'bool' to '(estima::)?given_text' invokes a deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.environment_variables = {{"VERBOSE", "1"}}}};
#else
estima::estimator<> const job{{.environment_variables = {{"VERBOSE", true}}}};
#endif
