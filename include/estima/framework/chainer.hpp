// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
// Versions: azureml_train_core 1.8's scenario files. Packages of 5.1.0: Azure's curated environment of 2020-04-20.
inline constexpr std::string_view chainer_5_1_0[]{"chainer==5.1.0", "mpi4py==3.0.0"};
inline constexpr std::string_view chainer_7_0_0[]{"chainer==7.0.0", "mpi4py==3.0.0"};
inline constexpr std::string_view chainer_5_1_0_gpu[]{"chainer==5.1.0", "cupy-cuda90==5.1.0", "mpi4py==3.0.0"};
inline constexpr std::string_view chainer_7_0_0_gpu[]{"chainer==7.0.0", "cupy-cuda90==7.0.0", "mpi4py==3.0.0"};
inline constexpr std::string_view chainer_cpu_image = "mcr.microsoft.com/azureml/base:intelmpi2018.3-ubuntu16.04";
inline constexpr std::string_view chainer_gpu_image =
    "mcr.microsoft.com/azureml/base-gpu:intelmpi2018.3-cuda9.0-cudnn7-ubuntu16.04";
inline constexpr framework_version chainer_versions[]{
    {"5.1.0", chainer_5_1_0, chainer_cpu_image, chainer_gpu_image, chainer_5_1_0_gpu},
    {"7.0.0", chainer_7_0_0, chainer_cpu_image, chainer_gpu_image, chainer_7_0_0_gpu},
};
}  // namespace detail

/// Chainer: one process, or ChainerMN over MPI.
template <fixed_string Version = "">
struct chainer {
    using slot = framework_slot;
    using known_versions = struct known_versions_are_5_1_0_and_7_0_0;
    static constexpr std::string_view backends[]{"single_process", "mpi"};
    static constexpr void tell(facts& f) {
        f.framework.name = "chainer";
        f.framework.version = Version.view();
        f.framework.versions = detail::chainer_versions;
        f.framework.backends = backends;
    }
};

}  // namespace estima::inline v0_1
