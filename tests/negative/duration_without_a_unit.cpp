// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::duration const limit = estima::seconds(90);
#else
estima::duration const limit = 90;
#endif
