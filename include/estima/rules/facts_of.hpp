// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

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
constexpr void tell(facts& f) {
    if constexpr (requires { Policy::tell(f); }) Policy::tell(f);
}
}  // namespace detail

/// What policies say together, in any order, before anything is known that only the running program can see.
template <class... Policies>
constexpr facts facts_of() {  // not consteval: clang 14 gives the result of one wrong addresses in a running program
    facts f;
    f.description.has_a_stranger = !(policy<Policies> && ...);
    f.description.fills_a_slot_twice = !fill_each_slot_at_most_once<Policies...>;
    f.description.adds_what_is_no_rule = !std::same_as<typename detail::added_by<Policies...>::rest, rule_list<>>;
    detail::tell<policy_for<framework_slot, generic, Policies...>>(f);
    detail::tell<policy_for<compute_target_slot, local, Policies...>>(f);
    detail::tell<policy_for<distribution_backend_slot, single_process, Policies...>>(f);
    detail::tell<policy_for<environment_slot, environment<>, Policies...>>(f);
    return f;
}

namespace detail {
/// The same as a constant: made once, for all rules.
template <class... Policies>
inline constexpr facts told_by = facts_of<Policies...>();
}  // namespace detail

}  // namespace estima::inline v0_1
