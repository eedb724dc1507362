// SPDX-License-Identifier: BSL-1.0
// expect-error: a text is wanted here: write the number in quotes
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::pytorch<"1.4">>;
#else
using job = estima::estimator<estima::pytorch<1.4>>;
#endif
job const one{{.source_directory = ".", .entry_script = "train.py"}};
