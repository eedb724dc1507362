// SPDX-License-Identifier: BSL-1.0
// expect-error: a variable has a name and a value
#include <estima/estimator.hpp>

using namespace estima;

#ifdef POSITIVE_CONTROL
using job = estimator<generic, environment<environment_variables<variable<"OMP_NUM_THREADS", "4">>>>;
#else
using job = estimator<generic, environment<environment_variables<variable<"OMP_NUM_THREADS">>>>;
#endif
