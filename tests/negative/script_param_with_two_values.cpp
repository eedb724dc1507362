// SPDX-License-Identifier: BSL-1.0
// expect-error: an entry is {name, value} and no more
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--range", "1 2"}}}};
#else
estima::estimator<> const job{{.script_params = {{"--range", 1, 2}}}};
#endif
