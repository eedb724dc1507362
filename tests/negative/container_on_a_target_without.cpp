// SPDX-License-Identifier: BSL-1.0
// expect-error: est<17>.*a_container_on_a_target_without_containers.*choose_a_target_with_containers
#include <estima/estimator.hpp>

using image = estima::environment<estima::custom_docker_image<"continuumio/miniconda">>;

#ifdef POSITIVE_CONTROL
using job = estima::estimator<estima::slurm<estima::with_containers>, image>;
#else
using job = estima::estimator<estima::slurm<>, image>;
#endif
