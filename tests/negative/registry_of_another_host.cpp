// SPDX-License-Identifier: BSL-1.0
// expect-error: est<56>.*a_registry_that_the_image_cannot_come_from.*give_the_host_of_the_registry_that_the_image_names
#include <estima/estimator.hpp>

#ifdef POSITIVE_CONTROL
using registry = estima::registry_address<"registry.example.com">;
#else
using registry = estima::registry_address<"registry.example.org">;
#endif
using job = estima::estimator<estima::aml_compute<estima::target_name<"pool">>,
                              estima::environment<estima::custom_docker_image<"registry.example.com/team/image:1", registry>>>;
