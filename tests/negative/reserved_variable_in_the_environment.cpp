// SPDX-License-Identifier: BSL-1.0
// expect-error: est<11>.*a_reserved_environment_variable_is_set.*let_the_distribution_backend_set_it.*("RANK"|'R', 'A', 'N', 'K')
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"OMP_NUM_THREADS", "4">>>>;
#else
using job = estima::estimator<estima::environment<estima::environment_variables<estima::variable<"RANK", "4">>>>;
#endif
