// SPDX-License-Identifier: BSL-1.0
// expect-error: est<34>.*a_malformed_pip_requirement.*write_it_as_name_and_versions
// expect-error: malformed<.*("numpy=1[.]24"|'n', 'u', 'm', 'p', 'y', '=', '1', '[.]', '2', '4').*at<5>.*operator_unknown
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::pip_packages<"torch", "numpy==1.24">>>;
#else
using job = estima::estimator<estima::environment<estima::pip_packages<"torch", "numpy=1.24">>>;
#endif
