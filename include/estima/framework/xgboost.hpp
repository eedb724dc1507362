// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline constexpr std::string_view xgboost_1_5[]{"xgboost==1.5.2"};
inline constexpr std::string_view xgboost_1_6[]{"xgboost==1.6.2"};
inline constexpr std::string_view xgboost_1_7[]{"xgboost==1.7.6"};
inline constexpr std::string_view xgboost_image = "mcr.microsoft.com/azureml/base:openmpi3.1.2-ubuntu18.04";
inline constexpr framework_version xgboost_versions[]{
    {"1.5", xgboost_1_5, xgboost_image},
    {"1.6", xgboost_1_6, xgboost_image, {}, {}, "python=3.7"},  // its packages: Python 3.7 or newer
    {"1.7", xgboost_1_7, xgboost_image, {}, {}, "python=3.8"},  // 3.8 or newer
};
}  // namespace detail

/// XGBoost, which Azure's SDK has no estimator for: one process. Its own distribution (a tracker and its workers) is
/// for scripts that set it up themselves, with `generic`.
template <fixed_string Version = "">
struct xgboost {
    using slot = framework_slot;
    using known_versions = struct known_versions_are_1_5_1_6_1_7;
    static constexpr std::string_view other_names[]{"py-xgboost", "py-xgboost-cpu", "py-xgboost-gpu"};
    static constexpr std::string_view backends[]{"single_process"};
    static constexpr void tell(facts& f) {
        f.framework.name = "xgboost";
        f.framework.version = Version.view();
        f.framework.versions = detail::xgboost_versions;
        f.framework.other_names = other_names;
        f.framework.backends = backends;
        f.framework.trains_on_one_node = true;
    }
};

}  // namespace estima::inline v0_1
