// SPDX-License-Identifier: BSL-1.0
// expect-error: est<54>.*an_empty_value.*give_it_a_value_or_leave_the_attribute_out.*about<.*interpreter_path<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::interpreter_path<"python3">>>;
#else
using job = estima::estimator<estima::environment<estima::interpreter_path<"">>>;
#endif
