// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
// Versions: azureml_train_core 1.8's scenario files. Packages: Azure's curated environment of 2020-04-20.
inline constexpr std::string_view scikit_learn_0_20_3[]{"scikit-learn==0.20.3", "scipy==1.2.1", "numpy==1.16.2",
                                                        "joblib==0.13.2"};
inline constexpr framework_version scikit_learn_versions[]{
    {"0.20.3", scikit_learn_0_20_3, "mcr.microsoft.com/azureml/base:openmpi3.1.2-ubuntu16.04"},
};
}  // namespace detail

/// scikit-learn: one process on one node, as in Azure ML ("only supports single-node CPU training").
template <fixed_string Version = "">
struct scikit_learn {
    using slot = framework_slot;
    using known_versions = struct the_known_version_is_0_20_3;
    static constexpr std::string_view other_names[]{"sklearn"};
    static constexpr std::string_view backends[]{"single_process"};
    static constexpr void tell(facts& f) {
        f.framework.name = "scikit_learn";
        f.framework.version = Version.view();
        f.framework.versions = detail::scikit_learn_versions;
        f.framework.other_names = other_names;
        f.framework.backends = backends;
        f.framework.trains_on_one_node = true;
    }
};

}  // namespace estima::inline v0_1
