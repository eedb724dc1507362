// SPDX-License-Identifier: BSL-1.0
// expect-error: est<10>.*an_interpreter_for_a_native_executable
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::native>;
#else
using job = estima::estimator<estima::native, estima::environment<estima::interpreter_path<"python3">>>;
#endif
