// SPDX-License-Identifier: BSL-1.0
// expect-error: an input is datastore
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.inputs = {estima::datastore{"faces", "train"}}}};
#else
estima::estimator<> const job{{.inputs = {{"faces", "train"}}}};
#endif
