// SPDX-License-Identifier: BSL-1.0
// expect-error: est<16>.*a_conda_file_together_with_other_packages.*put_all_packages_into_the_file
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::environment<estima::conda_dependencies_file<"conda.yml">>>;
#else
using job = estima::estimator<estima::environment<estima::conda_dependencies_file<"conda.yml">, estima::pip_packages<"numpy">>>;
#endif
