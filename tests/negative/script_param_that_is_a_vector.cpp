// SPDX-License-Identifier: BSL-1.0
// expect-error: no value of an entry: a script parameter takes text, a number
#include <vector>

#include <estima/estimator.hpp>

std::vector<int> const sizes{64, 32};

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--sizes", sizes[0]}}}};
#else
estima::estimator<> const job{{.script_params = {{"--sizes", sizes}}}};
#endif
