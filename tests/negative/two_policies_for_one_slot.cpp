// SPDX-License-Identifier: BSL-1.0
// expect-error: est<12>.*two_policies_for_one_slot.*keep_one_policy_for_each.*about<[^ ]*generic, [^ ]*pytorch<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::generic>;
#else
using job = estima::estimator<estima::generic, estima::pytorch<>>;
#endif
