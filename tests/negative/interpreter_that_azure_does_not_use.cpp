// SPDX-License-Identifier: BSL-1.0
// expect-error: est<62>.*an_interpreter_that_azure_does_not_use.*add_user_managed_or_drop_interpreter_path
#include <estima/estimator.hpp>

using pool = estima::aml_compute<estima::target_name<"pool">>;
#ifdef POSITIVE_CONTROL
using job = estima::estimator<pool, estima::environment<estima::user_managed, estima::interpreter_path<"python3.8">>>;
#else
using job = estima::estimator<pool, estima::environment<estima::interpreter_path<"python3.8">>>;
#endif
