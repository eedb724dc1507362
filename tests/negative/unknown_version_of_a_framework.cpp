// SPDX-License-Identifier: BSL-1.0
// expect-error: est<13>.*an_unknown_version_of_the_framework.*use_a_known_version.*known_versions_are_1_0_to_1_6
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::pytorch<"1.6">>;
#else
using job = estima::estimator<estima::pytorch<"1.7">>;
#endif
