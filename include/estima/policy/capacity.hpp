// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <climits>

#include <estima/base/fixed_string.hpp>
#include <estima/policy/count_also.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
enum class attribute : unsigned { max_nodes = 1, containers = 2, name = 4, vm_size = 8, vm_priority = 16 };

/// Sets what one attribute is about. Given again with another value it contradicts itself, which is an error.
template <class Value>
constexpr void give(compute_target_facts& target, attribute kind, Value& place, Value value) {
    unsigned const bit = static_cast<unsigned>(kind);
    if ((target.attributes_given & bit) != 0 && place != value) target.attribute_is_contradicted = true;
    target.attributes_given |= bit;
    place = value;
}
}  // namespace detail

/// Attributes of a compute target: what it has to give. Rules hold a job against it.
template <detail::number_argument Number = "left out">
struct max_nodes {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) {
        f.description.has_a_broken_number |= !Number.is_whole();
        if (Number.is_whole()) detail::give(f.target, detail::attribute::max_nodes, f.target.max_nodes, Number.value);
    }
};
/// Places for processes on a node. Left out: as many as a job asks for.
template <detail::number_argument Number = "left out">
struct slots_per_node {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.target.slots_per_node, Number); }
};
template <detail::number_argument Number = "left out">
struct gpus_per_node {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.target.gpus_per_node, Number); }
};
/// The target runs jobs in containers, or not.
struct with_containers {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::containers, f.target.has_containers, true);
    }
};
struct without_containers {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::containers, f.target.has_containers, false);
    }
};
/// What the target is called where it is: a cluster of an Azure workspace, a partition of Slurm.
template <fixed_string Name = "">
struct target_name {
    using taken_by = compute_target_slot;
    static constexpr void tell(facts& f) {
        detail::give(f.target, detail::attribute::name, f.target.name, Name.view());
        f.description.has_an_empty_value |= Name.empty();
        f.target.is_named = true;
    }
};

inline constexpr int no_limit = INT_MAX;

}  // namespace estima::inline v0_1
