// SPDX-License-Identifier: BSL-1.0
// expect-error: (with Other = int\]|'int' to '(estima::)?text_field' invokes a deleted)
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.display_name = "3"}};
#else
estima::estimator<> const job{{.display_name = 3}};
#endif
