// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*list_of
// expect-error: {datastore{"blobs"}}
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.inputs = {estima::datastore{"faces"}}}};
#else
estima::estimator<> const job{{.inputs = {"faces"}}};
#endif
