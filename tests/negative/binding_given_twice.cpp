// SPDX-License-Identifier: BSL-1.0
// expect-error: est<6>.*a_value_is_given_in_two_places_that_disagree.*about<.*bind_to<.*bind_to<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::bind_to<"core">>>;
#else
using job = estima::estimator<estima::mpi<estima::bind_to<"core">, estima::bind_to<"socket">>>;
#endif
