// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
// 2.2.3: azureml_train_core 1.8's scenario file, cpu only. All of these run on Azure's Python 3.6.
inline constexpr std::string_view lightgbm_2_2_3[]{"lightgbm==2.2.3"};
inline constexpr std::string_view lightgbm_3_3_5[]{"lightgbm==3.3.5"};
inline constexpr std::string_view lightgbm_image = "mcr.microsoft.com/azureml/base:openmpi3.1.2-ubuntu18.04";
inline constexpr framework_version lightgbm_versions[]{
    {"2.2.3", lightgbm_2_2_3, lightgbm_image}, {"3.3.5", lightgbm_3_3_5, lightgbm_image},
};
}  // namespace detail

/// LightGBM: one process, or its MPI build.
template <fixed_string Version = "">
struct lightgbm {
    using slot = framework_slot;
    using known_versions = struct known_versions_are_2_2_3_and_3_3_5;
    static constexpr std::string_view backends[]{"single_process", "mpi"};
    static constexpr void tell(facts& f) {
        f.framework.name = "lightgbm";
        f.framework.version = Version.view();
        f.framework.versions = detail::lightgbm_versions;
        f.framework.backends = backends;
    }
};

}  // namespace estima::inline v0_1
