// SPDX-License-Identifier: BSL-1.0
// expect-error: est<6>.*a_value_is_given_in_two_places_that_disagree.*about<.*process_count_per_node<.*process_count_per_node<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::mpi<estima::process_count_per_node<2>>>;
#else
using job = estima::estimator<estima::mpi<estima::process_count_per_node<2>, estima::process_count_per_node<3>>>;
#endif
