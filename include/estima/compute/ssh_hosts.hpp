// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/capacity.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Machines that are reached by ssh. Attributes: target_name, max_nodes, slots_per_node, gpus_per_node,
/// with_containers, retries.
template <class... Attributes>
struct ssh_hosts {
    using slot = compute_target_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.target = {.kind = "ssh_hosts", .name = "ssh_hosts", .max_nodes = no_limit};
        detail::takes<compute_target_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
