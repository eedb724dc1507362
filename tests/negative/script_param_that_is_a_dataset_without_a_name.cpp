// SPDX-License-Identifier: BSL-1.0
// expect-error: no value of an entry: a script parameter takes text, a number
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.script_params = {{"--images", estima::dataset{"faces"}.as_named_input("images")}}}};
#else
estima::estimator<> const job{{.script_params = {{"--images", estima::dataset{"faces"}}}}};
#endif
