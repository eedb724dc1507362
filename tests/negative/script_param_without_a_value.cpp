// SPDX-License-Identifier: BSL-1.0
// expect-error: a script parameter of a name alone is {name, estima::flag}
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--epochs", 9}, {"--verbose", estima::flag}}}};
#else
estima::estimator<> const job{{.script_params = {{"--epochs", 9}, {"--verbose"}}}};
#endif
