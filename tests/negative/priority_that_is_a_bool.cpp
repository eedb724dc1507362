// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*optional_of|optional_of.*deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.priority = 1}};
#else
estima::estimator<> const job{{.priority = true}};
#endif
