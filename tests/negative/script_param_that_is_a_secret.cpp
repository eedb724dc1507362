// SPDX-License-Identifier: BSL-1.0
// expect-error: no value of an entry: a script parameter takes text, a number
#include <estima/base/secret.hpp>
#include <estima/estimator.hpp>

estima::secret const token{"swordfish"};

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--token", token.reveal()}}}};
#else
estima::estimator<> const job{{.script_params = {{"--token", token}}}};
#endif
