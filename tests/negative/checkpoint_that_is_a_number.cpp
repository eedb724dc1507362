// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*text_field|text_field.*deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.retries = {.at_most = 1, .resume_from = "outputs/3"}}};
#else
estima::estimator<> const job{{.retries = {.at_most = 1, .resume_from = 3}}};
#endif
