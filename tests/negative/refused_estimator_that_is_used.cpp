// SPDX-License-Identifier: BSL-1.0
// expect-error: est<2>.*backend_not_supported_by_the_framework
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::generic, estima::mpi<>>;
#else
using job = estima::estimator<estima::scikit_learn<>, estima::mpi<>>;
#endif

// The name of what was refused is known, so its uses are no errors of their own.
int main() {
    job one{{.entry_script = "train.py"}};
    one.tags = {{"team", "vision"}};
    return static_cast<int>(one.entry_script.size());
}
