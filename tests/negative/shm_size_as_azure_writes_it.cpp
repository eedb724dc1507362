// SPDX-License-Identifier: BSL-1.0
// expect-error: est<48>.*a_size_without_a_unit.*write_4_GiB
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using namespace estima::literals;
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::shm_size<1.5_GiB>>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::shm_size<"4g">>>;
#endif
