// SPDX-License-Identifier: BSL-1.0
// expect-error: a text is wanted here: write the number in quotes
#include <estima/estimator.hpp>

template <class... Variables>
using job = estima::estimator<estima::environment<estima::environment_variables<Variables...>>>;
#ifdef POSITIVE_CONTROL
job<estima::variable<"OMP_NUM_THREADS", "4">> const one{{.source_directory = ".", .entry_script = "train.py"}};
#else
job<estima::variable<"OMP_NUM_THREADS", 4>> const one{{.source_directory = ".", .entry_script = "train.py"}};
#endif
