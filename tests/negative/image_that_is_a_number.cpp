// SPDX-License-Identifier: BSL-1.0
// expect-error: a text is wanted here: write the number in quotes
#include <estima/estimator.hpp>

using namespace estima;
#ifdef POSITIVE_CONTROL
estimator<aml_compute<target_name<"pool">>, environment<custom_docker_image<"team/image:3">>> const job{};
#else
estimator<aml_compute<target_name<"pool">>, environment<custom_docker_image<3>>> const job{};
#endif
