// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*list_of
#include <estima/estimator.hpp>

struct own_type {
    int number = 0;
} const own;

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.environment_variables = {{"A", "1"}, {"B", "0"}}}};
#else
estima::estimator<> const job{{.environment_variables = {{"A", "1"}, own}}};
#endif
