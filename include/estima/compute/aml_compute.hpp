// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/priority.hpp>
#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/capacity.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

template <class... Attributes>
struct aml_compute;

/// Azure's size of a virtual machine, such as "Standard_NC6".
template <fixed_string Size = "">
struct vm_size {
    using taken_by = aml_compute<>;
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::vm_size, f.target.vm_size, Size.view());
        f.description.has_an_empty_value |= Size.empty();
    }
};
/// Whether its machines may be taken away; beside vm_size. Azure's "lowpriority" as a text breaks rule EST-067.
template <detail::priority_argument Priority = "left out">
struct vm_priority {
    using taken_by = aml_compute<>;
    static constexpr std::string_view text = Priority.value == priority::dedicated ? "dedicated" : "lowpriority";
    static constexpr void tell(facts& f) {
        f.description.has_an_unknown_priority |= !Priority.is_a_priority;
        detail::give(f.target, detail::attribute::vm_priority, f.target.vm_priority, text);
    }
};

/// A cluster of Azure Machine Learning. Attributes: target_name, max_nodes, slots_per_node, gpus_per_node, vm_size,
/// vm_priority, without_containers.
template <class... Attributes>
struct aml_compute {
    using slot = compute_target_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        // The name is Azure's own default, a cluster made for the run.
        f.target = {.kind = "aml_compute",
                    .name = "amlcompute",
                    .max_nodes = no_limit,
                    .has_containers = true,
                    .is_azure = true};
        detail::takes<compute_target_slot, aml_compute<>>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
