// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Attribute of a distribution backend: how many machines, known when the program is compiled.
template <int Number>
struct node_count {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { f.node_count.also(Number); }
};

/// Attribute of a distribution backend: how many processes on each machine.
template <int Number>
struct process_count_per_node {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { f.process_count_per_node.also(Number); }
};

}  // namespace estima::inline v0_1
