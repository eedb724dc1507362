// SPDX-License-Identifier: BSL-1.0
// expect-error: an entry is {name, value}: its name is a text|text_field\(Other\) \[with Other = int\]
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"3", "x"}}}};
#else
estima::estimator<> const job{{.script_params = {{3, "x"}}}};
#endif
