// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>
#include <type_traits>

namespace estima::inline v0_1 {

/// The four places of an estimator that a policy can take.
struct framework_slot {};
struct compute_target_slot {};
struct distribution_backend_slot {};
struct environment_slot {};

/// A policy says which slot it is for and tells the rules its facts.
template <class T, class Slot>
concept policy_of = std::is_same_v<typename T::slot, Slot>;

template <class T>
concept policy = policy_of<T, framework_slot> || policy_of<T, compute_target_slot> ||
                 policy_of<T, distribution_backend_slot> || policy_of<T, environment_slot>;

namespace detail {
template <int Index>
struct nth {
    template <class, class, class, class, class... Rest>
    using of = typename nth<Index - 4>::template of<Rest...>;
};
template <>
struct nth<0> {
    template <class T, class...>
    using of = T;
};
template <>
struct nth<1> {
    template <class, class T, class...>
    using of = T;
};
template <>
struct nth<2> {
    template <class, class, class T, class...>
    using of = T;
};
template <>
struct nth<3> {
    template <class, class, class, class T, class...>
    using of = T;
};

constexpr int first_of(std::initializer_list<bool> several) {
    int index = 0;
    for (bool const one : several) {
        if (one) break;
        ++index;
    }
    return index;
}
/// The first that is wanted. One class for all estimators whose policies stand in the same order.
template <bool... IsWanted>
struct pick : nth<first_of({IsWanted...})> {};
}  // namespace detail

/// The policy for a slot among policies in any order, or the default.
template <class Slot, class Default, class... Policies>
using policy_for = typename detail::pick<policy_of<Policies, Slot>..., true>::template of<Policies..., Default>;

/// No slot is taken by two of these policies.
template <class... Policies>
inline constexpr bool fill_each_slot_at_most_once = (0 + ... + policy_of<Policies, framework_slot>) <= 1 &&
                                                    (0 + ... + policy_of<Policies, compute_target_slot>) <= 1 &&
                                                    (0 + ... + policy_of<Policies, distribution_backend_slot>) <= 1 &&
                                                    (0 + ... + policy_of<Policies, environment_slot>) <= 1;

}  // namespace estima::inline v0_1
