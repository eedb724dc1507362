// SPDX-License-Identifier: BSL-1.0
// expect-error: a text is wanted here: write the number in quotes
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
estima::estimator<estima::aml_compute<estima::target_name<"pool3">>> const job{};
#else
estima::estimator<estima::aml_compute<estima::target_name<3>>> const job{};
#endif
