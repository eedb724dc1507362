// SPDX-License-Identifier: BSL-1.0
// expect-error: deleted.*list_of
// expect-error: {{"name", "value"}, {"name", "value"}}
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.tags = {{"team", "vision"}, {"owner", "ada"}}}};
#else
estima::estimator<> const job{{.tags = {"team", "vision", "owner", "ada"}}};
#endif
