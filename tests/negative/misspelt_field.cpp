// SPDX-License-Identifier: BSL-1.0
// expect-error: (no non-static data member named|field designator) 'source_dir'
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<> const job{{.source_directory = "project"}};
#else
estima::estimator<> const job{{.source_dir = "project"}};
#endif
