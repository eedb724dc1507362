// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// Of the machines of a cluster that Azure makes for a run.
enum class priority { dedicated, low_priority };

namespace detail {
/// What vm_priority takes. It converts from anything, so that whatever is no priority is told by a rule, and only by
/// that.
struct priority_argument {
    priority value = priority::dedicated;
    bool is_a_priority = true;

    constexpr priority_argument(priority given)
        : value{given} {}  // NOLINT: implicit, `vm_priority<priority::low_priority>`
    template <class Other>
    constexpr priority_argument(Other) : is_a_priority{false} {}  // NOLINT
    constexpr bool operator==(priority_argument const&) const = default;
};
}  // namespace detail

}  // namespace estima::inline v0_1
