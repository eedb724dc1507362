// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>

namespace estima::inline v0_1 {

/// The four places of an estimator that a policy can take.
struct framework_slot {};
struct compute_target_slot {};
struct distribution_backend_slot {};
struct environment_slot {};

/// A policy says which slot it is for and tells the rules its facts.
template <class T, class Slot>
concept policy_of = requires { requires std::same_as<typename T::slot, Slot>; };

template <class T>
concept policy = policy_of<T, framework_slot> || policy_of<T, compute_target_slot> ||
                 policy_of<T, distribution_backend_slot> || policy_of<T, environment_slot>;

namespace detail {
template <class Slot, class Default, class... Policies>
struct pick {
    using type = Default;
};
template <class Slot, class Default, class First, class... Rest>
struct pick<Slot, Default, First, Rest...> : pick<Slot, Default, Rest...> {};
template <class Slot, class Default, policy_of<Slot> First, class... Rest>
struct pick<Slot, Default, First, Rest...> {
    using type = First;
};
}  // namespace detail

/// The policy for a slot among policies in any order, or the default.
template <class Slot, class Default, class... Policies>
using policy_for = typename detail::pick<Slot, Default, Policies...>::type;

namespace detail {
template <class Slot, class... Policies>
inline constexpr int policies_in = (0 + ... + static_cast<int>(policy_of<Policies, Slot>));
}

/// No slot is taken by two of these policies.
template <class... Policies>
inline constexpr bool fill_each_slot_at_most_once =
    detail::policies_in<framework_slot, Policies...> <= 1 && detail::policies_in<compute_target_slot, Policies...> <= 1 &&
    detail::policies_in<distribution_backend_slot, Policies...> <= 1 &&
    detail::policies_in<environment_slot, Policies...> <= 1;

}  // namespace estima::inline v0_1
