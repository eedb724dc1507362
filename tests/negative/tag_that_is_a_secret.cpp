// SPDX-License-Identifier: BSL-1.0
// expect-error: with Other = estima::.*secret\]|'(const )?(estima::)?secret' to '(estima::)?given_text' invokes a deleted
#include <estima/base/secret.hpp>
#include <estima/estimator.hpp>

estima::secret const token{"swordfish"};

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.tags = {{"token", token.reveal()}}}};
#else
estima::estimator<> const job{{.tags = {{"token", token}}}};
#endif
