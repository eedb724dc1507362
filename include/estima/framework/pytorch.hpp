// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
// Versions: the PyTorch estimator's API page (1.0 to 1.6). Each torch with the torchvision that was released for it;
// 1.4 with what Azure's curated environment of 2020-04-20 has besides.
inline constexpr std::string_view torch_1_0[]{"torch==1.0.1", "torchvision==0.2.1"};
inline constexpr std::string_view torch_1_1[]{"torch==1.1.0", "torchvision==0.3.0"};
inline constexpr std::string_view torch_1_2[]{"torch==1.2.0", "torchvision==0.4.0"};
inline constexpr std::string_view torch_1_3[]{"torch==1.3.1", "torchvision==0.4.2"};
inline constexpr std::string_view torch_1_4[]{"torch==1.4.0", "torchvision==0.5.0", "mkl==2018.0.3", "horovod==0.18.1",
                                              "tensorboard==1.14.0"};
inline constexpr std::string_view torch_1_5[]{"torch==1.5.0", "torchvision==0.6.0"};
inline constexpr std::string_view torch_1_6[]{"torch==1.6.0", "torchvision==0.7.0"};
inline constexpr std::string_view pytorch_cpu_image = "mcr.microsoft.com/azureml/base:openmpi3.1.2-ubuntu18.04";
inline constexpr std::string_view pytorch_gpu_image =
    "mcr.microsoft.com/azureml/base-gpu:openmpi3.1.2-cuda10.1-cudnn7-ubuntu18.04";
inline constexpr framework_version pytorch_versions[]{
    {"1.0", torch_1_0, pytorch_cpu_image, pytorch_gpu_image}, {"1.1", torch_1_1, pytorch_cpu_image, pytorch_gpu_image},
    {"1.2", torch_1_2, pytorch_cpu_image, pytorch_gpu_image}, {"1.3", torch_1_3, pytorch_cpu_image, pytorch_gpu_image},
    {"1.4", torch_1_4, pytorch_cpu_image, pytorch_gpu_image}, {"1.5", torch_1_5, pytorch_cpu_image, pytorch_gpu_image},
    {"1.6", torch_1_6, pytorch_cpu_image, pytorch_gpu_image},
};
// Against a hang of Horovod with NCCL's tree algorithm; Azure's estimator sets it on every run.
inline constexpr named_value pytorch_variables[]{{"NCCL_TREE_THRESHOLD", "0"}};
}  // namespace detail

/// PyTorch: one process, torch.distributed over gloo or nccl, or MPI (Horovod, mpi4py).
template <fixed_string Version = "">
struct pytorch {
    using slot = framework_slot;
    using known_versions = struct known_versions_are_1_0_to_1_6;
    static constexpr std::string_view other_names[]{"pytorch", "pytorch-cpu", "pytorch-gpu"};
    static constexpr std::string_view backends[]{"single_process", "mpi", "gloo", "nccl"};
    static constexpr void tell(facts& f) {
        f.framework.name = "pytorch";
        f.framework.version = Version.view();
        f.framework.versions = detail::pytorch_versions;
        f.framework.other_names = other_names;
        f.framework.variables = detail::pytorch_variables;
        f.framework.backends = backends;
    }
};

}  // namespace estima::inline v0_1
