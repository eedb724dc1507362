// SPDX-License-Identifier: BSL-1.0
// expect-error: these braces are no entry of the list
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.inputs = {{estima::dataset{"faces"}.as_named_input("faces")}}}};
#else
estima::estimator<> const job{{.inputs = {{estima::dataset{"faces"}}}}};
#endif
