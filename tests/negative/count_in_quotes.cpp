// SPDX-License-Identifier: BSL-1.0
// expect-error: est<66>.*a_number_that_is_not_whole.*give_a_whole_number.*about<.*max_nodes<
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::max_nodes<2>>>;
#else
using job = estima::estimator<estima::slurm<estima::max_nodes<"2">>>;
#endif
