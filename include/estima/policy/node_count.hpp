// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/count_also.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Attribute of a distribution backend: how many machines, known when the program is compiled.
template <detail::number_argument Number = "left out">
struct node_count {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.node_count, Number); }
};

/// Attribute of a distribution backend: how many processes on each machine.
template <detail::number_argument Number = "left out">
struct process_count_per_node {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.process_count_per_node, Number); }
};

}  // namespace estima::inline v0_1
