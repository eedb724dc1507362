// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*optional_of|optional_of.*deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.resume_from = estima::datastore{"blobs", "runs/7"}}};
#else
estima::estimator<> const job{{.resume_from = {"blobs", "runs/7"}}};
#endif
