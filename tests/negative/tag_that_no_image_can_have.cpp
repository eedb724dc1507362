// SPDX-License-Identifier: BSL-1.0
// expect-error: est<38>.*a_tag_that_no_image_can_have.*use_letters_digits
// expect-error: malformed<.*("ubuntu:-22"|'u', 'b', 'u', 'n', 't', 'u', ':', '-', '2', '2').*at<7>.*tag_malformed
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::custom_docker_image<"ubuntu:22">>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::custom_docker_image<"ubuntu:-22">>>;
#endif
