// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

#include <estima/compute/local.hpp>
#include <estima/distribution/single_process.hpp>
#include <estima/environment/environment.hpp>
#include <estima/framework/generic.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>
#include <estima/rules/can_tell.hpp>
#include <estima/rules/description_rules.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class Policy, class Default>
struct asked {
    using type = Default;
};
template <can_tell Policy, class Default>
struct asked<Policy, Default> {
    using type = Policy;
};
}  // namespace detail

/// What policies say together, in any order, before anything is known that only the running program can see. What takes
/// a slot and cannot be asked counts as no policy, and the default is there in its place.
template <class... Policies>
constexpr facts facts_of() {  // not consteval: clang 14 gives the result of one wrong addresses in a running program
    using framework = policy_for<framework_slot, generic, Policies...>;
    using compute_target = policy_for<compute_target_slot, local, Policies...>;
    using backend = policy_for<distribution_backend_slot, single_process, Policies...>;
    using environment_policy = policy_for<environment_slot, environment<>, Policies...>;
    facts f = detail::nothing_told;
    if constexpr (detail::can_tell<framework, compute_target, backend, environment_policy>) {
        f = detail::told_together<framework, compute_target, backend, environment_policy>();
    } else {
        using detail::asked;
        f = detail::told_together<typename asked<framework, generic>::type, typename asked<compute_target, local>::type,
                                  typename asked<backend, single_process>::type,
                                  typename asked<environment_policy, environment<>>::type>();
        f.description.has_a_stranger = true;
    }
    f.description.has_a_stranger |= !(policy<Policies> && ...);
    f.description.fills_a_slot_twice = !fill_each_slot_at_most_once<Policies...>;
    f.description.adds_what_is_no_rule = !std::same_as<typename detail::added_by<Policies...>::rest, rule_list<>>;
    return f;
}

namespace detail {
/// The same as a constant: made once, for all rules.
template <class... Policies>
inline constexpr facts told_by = facts_of<Policies...>();
}  // namespace detail

}  // namespace estima::inline v0_1
