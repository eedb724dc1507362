// SPDX-License-Identifier: BSL-1.0
// expect-error: est<36>.*a_malformed_image_reference.*write_it_as_registry_path_and_tag
// expect-error: malformed<.*("Team/image:1"|'T', 'e', 'a', 'm', '/', 'i', 'm', 'a', 'g', 'e', ':', '1').*at<0>.*upper_case
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::custom_docker_image<"team/image:1">>>;
#else
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>, estima::environment<estima::custom_docker_image<"Team/image:1">>>;
#endif
