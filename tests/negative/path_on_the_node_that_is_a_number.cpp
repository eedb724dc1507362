// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*given_text|given_text.*deleted
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
auto const input = estima::datastore{"blobs"}.as_download("3");
#else
auto const input = estima::datastore{"blobs"}.as_download(3);
#endif
