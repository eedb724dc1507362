// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/capacity.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// The partition of a Slurm cluster that takes the job.
template <fixed_string Name>
struct partition {
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::name, f.target.name, Name.view());
    }
};

/// A Slurm cluster. Attributes: partition, max_nodes, slots_per_node, gpus_per_node, with_containers.
template <class... Attributes>
struct slurm {
    using slot = compute_target_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.target = {.kind = "slurm", .name = "slurm", .max_nodes = no_limit};
        (Attributes::tell(f), ...);
    }
};

}  // namespace estima::inline v0_1
