// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
// Versions: the TensorFlow estimator's API page.
inline constexpr std::string_view tensorflow_1_10[]{"tensorflow==1.10.0"};
inline constexpr std::string_view tensorflow_1_12[]{"tensorflow==1.12.0"};
inline constexpr std::string_view tensorflow_1_13[]{"tensorflow==1.13.1", "horovod==0.16.1"};
inline constexpr std::string_view tensorflow_2_0[]{"tensorflow==2.0.0"};
inline constexpr std::string_view tensorflow_2_1[]{"tensorflow==2.1.0"};
inline constexpr std::string_view tensorflow_2_2[]{"tensorflow==2.2.0"};
// Before 2.1 the one for GPUs was a package of its own.
inline constexpr std::string_view tensorflow_1_10_gpu[]{"tensorflow-gpu==1.10.0"};
inline constexpr std::string_view tensorflow_1_12_gpu[]{"tensorflow-gpu==1.12.0"};
inline constexpr std::string_view tensorflow_1_13_gpu[]{"tensorflow-gpu==1.13.1", "horovod==0.16.1"};
inline constexpr std::string_view tensorflow_2_0_gpu[]{"tensorflow-gpu==2.0.0"};
inline constexpr std::string_view tensorflow_cpu_image = "mcr.microsoft.com/azureml/base:intelmpi2018.3-ubuntu16.04";
// CUDA as TensorFlow's tested builds (tensorflow.org/install/source) have it: with another one it trains on the CPU and
// says so in its log only. The images are those of Azure's AzureML-Containers.
inline constexpr std::string_view tensorflow_cuda_9_0 =
    "mcr.microsoft.com/azureml/base-gpu:intelmpi2018.3-cuda9.0-cudnn7-ubuntu16.04";
inline constexpr std::string_view tensorflow_cuda_10_0 =
    "mcr.microsoft.com/azureml/base-gpu:intelmpi2018.3-cuda10.0-cudnn7-ubuntu16.04";
inline constexpr std::string_view tensorflow_cuda_10_1 =
    "mcr.microsoft.com/azureml/base-gpu:openmpi3.1.2-cuda10.1-cudnn7-ubuntu18.04";
inline constexpr framework_version tensorflow_versions[]{
    {"1.10", tensorflow_1_10, tensorflow_cpu_image, tensorflow_cuda_9_0, tensorflow_1_10_gpu},
    {"1.12", tensorflow_1_12, tensorflow_cpu_image, tensorflow_cuda_9_0, tensorflow_1_12_gpu},
    {"1.13", tensorflow_1_13, tensorflow_cpu_image, tensorflow_cuda_10_0, tensorflow_1_13_gpu},
    {"2.0", tensorflow_2_0, tensorflow_cpu_image, tensorflow_cuda_10_0, tensorflow_2_0_gpu},
    {"2.1", tensorflow_2_1, tensorflow_cpu_image, tensorflow_cuda_10_1},
    {"2.2", tensorflow_2_2, tensorflow_cpu_image, tensorflow_cuda_10_1},
};
}  // namespace detail

/// TensorFlow: one process, parameter servers, collectives of workers (both through TF_CONFIG), or MPI (Horovod).
template <fixed_string Version = "">
struct tensorflow {
    using slot = framework_slot;
    using known_versions = struct known_versions_are_1_10_1_12_1_13_2_0_2_1_2_2;
    static constexpr std::string_view other_names[]{"tensorflow", "tensorflow-gpu", "tensorflow-cpu"};
    static constexpr std::string_view backends[]{"single_process", "mpi", "parameter_server", "multi_worker"};
    static constexpr void tell(facts& f) {
        f.framework.name = "tensorflow";
        f.framework.version = Version.view();
        f.framework.versions = detail::tensorflow_versions;
        f.framework.other_names = other_names;
        f.framework.backends = backends;
    }
};

}  // namespace estima::inline v0_1
