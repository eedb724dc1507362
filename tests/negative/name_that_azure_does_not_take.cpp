// SPDX-License-Identifier: BSL-1.0
// expect-error: est<63>.*a_name_that_azure_does_not_take.*use_letters_digits_and_dashes.*(gpu pool|'g', 'p', 'u', ' ', 'p')
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::aml_compute<estima::target_name<"gpu-pool">>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"gpu pool">>>;
#endif
