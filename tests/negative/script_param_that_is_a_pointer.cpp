// SPDX-License-Identifier: BSL-1.0
// expect-error: no value of an entry: a script parameter takes text, a number
#include <estima/estimator.hpp>

int number = 3;
int* const pointer = &number;

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--depth", *pointer}, {"--verbose", estima::flag}}}};
#else
estima::estimator<> const job{{.script_params = {{"--depth", pointer}, {"--verbose", estima::flag}}}};
#endif
