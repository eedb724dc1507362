// SPDX-License-Identifier: BSL-1.0
// expect-error: with Other = int\]|'int' to '(estima::)?given_text' invokes a deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.tags = {{"seed", "0"}}}};
#else
estima::estimator<> const job{{.tags = {{"seed", 0}}}};
#endif
