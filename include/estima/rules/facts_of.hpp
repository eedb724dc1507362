// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <type_traits>

#include <estima/compute/local.hpp>
#include <estima/distribution/single_process.hpp>
#include <estima/environment/environment.hpp>
#include <estima/framework/generic.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>
#include <estima/rules/description_rules.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class Policy>
constexpr int told_alone() {
    facts f;
    Policy::tell(f);
    return 0;
}
/// Whether the compiler can ask it: a static, constexpr tell(facts&).
template <class Policy>
concept can_tell = requires(facts& f) { Policy::tell(f); } &&
                   requires { typename std::integral_constant<int, told_alone<Policy>()>; };

/// What takes a slot and cannot be asked counts as no policy, and the default is there in its place.
template <class Slot, class Default, class... Policies>
constexpr void tell(facts& f) {
    using chosen = policy_for<Slot, Default, Policies...>;
    if constexpr (can_tell<chosen>) {
        chosen::tell(f);
    } else {
        f.description.has_a_stranger = true;
        Default::tell(f);
    }
}
}  // namespace detail

/// What policies say together, in any order, before anything is known that only the running program can see.
template <class... Policies>
constexpr facts facts_of() {  // not consteval: clang 14 gives the result of one wrong addresses in a running program
    facts f;
    f.description.has_a_stranger = !(policy<Policies> && ...);
    f.description.fills_a_slot_twice = !fill_each_slot_at_most_once<Policies...>;
    f.description.adds_what_is_no_rule = !std::same_as<typename detail::added_by<Policies...>::rest, rule_list<>>;
    detail::tell<framework_slot, generic, Policies...>(f);
    detail::tell<compute_target_slot, local, Policies...>(f);
    detail::tell<distribution_backend_slot, single_process, Policies...>(f);
    detail::tell<environment_slot, environment<>, Policies...>(f);
    return f;
}

namespace detail {
/// The same as a constant: made once, for all rules.
template <class... Policies>
inline constexpr facts told_by = facts_of<Policies...>();
}  // namespace detail

}  // namespace estima::inline v0_1
