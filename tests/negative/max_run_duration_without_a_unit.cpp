// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.max_run_duration = estima::seconds(90)}};
#else
estima::estimator<> const job{{.max_run_duration = 90}};
#endif
