// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// scikit-learn: one process on one node, as in Azure ML ("only supports single-node CPU training").
template <fixed_string Version = "">
struct scikit_learn {
    using slot = framework_slot;
    static constexpr std::string_view backends[]{"single_process"};
    static constexpr void tell(facts& f) {
        f.framework.name = "scikit_learn";
        f.framework.version = Version.view();
        f.framework.backends = backends;
        f.framework.trains_on_one_node = true;
    }
};

}  // namespace estima::inline v0_1
