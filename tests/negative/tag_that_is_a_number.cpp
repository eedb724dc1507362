// SPDX-License-Identifier: BSL-1.0
// expect-error: with Other = int\]|'int' to '(estima::)?given_text' invokes a deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.tags = {{"team", "vision"}, {"year", "2020"}}}};
#else
estima::estimator<> const job{{.tags = {{"team", "vision"}, {"year", 2020}}}};
#endif
