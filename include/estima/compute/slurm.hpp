// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/capacity.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

template <class... Attributes>
struct slurm;

/// The partition of a Slurm cluster that takes the job.
template <fixed_string Name = "">
struct partition {
    using taken_by = slurm<>;
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::name, f.target.name, Name.view());
        f.description.has_an_empty_value |= Name.empty();
    }
};

/// Complete where that header is included.
struct include_estima_transport_slurm_hpp_and_link_estima_slurm;

/// A Slurm cluster. Attributes: partition, max_nodes, slots_per_node, gpus_per_node, with_containers, retries.
template <class... Attributes>
struct slurm {
    using slot = compute_target_slot;
    using added_rules = rules_added_by<Attributes...>;
    using needs_to_be_submitted = include_estima_transport_slurm_hpp_and_link_estima_slurm;
    static constexpr void tell(facts& f) {
        f.target = {.kind = "slurm", .name = "slurm", .max_nodes = no_limit};
        detail::takes<compute_target_slot, slurm<>>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
