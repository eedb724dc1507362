// SPDX-License-Identifier: BSL-1.0
// expect-error: the value of an entry is one value, no list
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--sizes", "64,32"}}}};
#else
estima::estimator<> const job{{.script_params = {{"--sizes", {64, 32}}}}};
#endif
