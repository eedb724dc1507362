// SPDX-License-Identifier: BSL-1.0
// expect-error: with Other = std::nullptr_t|with Other = long int|'(std::)?nullptr_t' to '(estima::)?given_text' invokes a deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.tags = {{"team", ""}}}};
#else
estima::estimator<> const job{{.tags = {{"team", nullptr}}}};
#endif
