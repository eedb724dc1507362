// SPDX-License-Identifier: BSL-1.0
// expect-error: est<35>.*a_malformed_conda_specification.*write_it_as_channel_name_and_version
// expect-error: malformed<.*("numpy=="|'n', 'u', 'm', 'p', 'y', '=', '=').*at<7>.*version_expected
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::conda_packages<"keras", "numpy==1.24">>>;
#else
using job = estima::estimator<estima::environment<estima::conda_packages<"keras", "numpy==">>>;
#endif
