// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// This machine: one node.
struct local {
    using slot = compute_target_slot;
    static constexpr void tell(facts& f) {
        f.target = {.kind = "local", .name = "local", .max_nodes = 1};
    }
};

}  // namespace estima::inline v0_1
