// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <type_traits>

#include <estima/policy/facts.hpp>

namespace estima::inline v0_1 {

/// Rules of one's own. A policy that has `using added_rules = rule_list<...>` holds each estimator that it stands in to
/// them, beside the library's: they are part of its type, and of no other's.
template <class... Rules>
struct rule_list {};

/// Attribute of a policy, or part of an environment: adds rules, and says nothing else.
/// `aml_compute<max_nodes<4>, held_to<an_own_rule>>`.
template <class... Rules>
struct held_to {
    using added_rules = rule_list<Rules...>;
    static constexpr void tell(facts&) {}
};

namespace detail {
template <class T>
concept adds_rules = requires { typename T::added_rules; } && !std::is_same_v<typename T::added_rules, rule_list<>>;

template <class Added>
struct as_rule_list {  // what is no list is no rule, and is told as that
    using type = rule_list<Added>;
};
template <class... Rules>
struct as_rule_list<rule_list<Rules...>> {
    using type = rule_list<Rules...>;
};

template <class T>
struct rules_of {
    using type = rule_list<>;
};
template <adds_rules T>
struct rules_of<T> : as_rule_list<typename T::added_rules> {};

/// One list of all, each rule once.
template <class List, class... More>
struct joined_rules {
    using type = List;
};
template <class... Rules, class... More>
struct joined_rules<rule_list<Rules...>, rule_list<>, More...> : joined_rules<rule_list<Rules...>, More...> {};
template <class... Rules, class First, class... Rest, class... More>
struct joined_rules<rule_list<Rules...>, rule_list<First, Rest...>, More...>
    : joined_rules<rule_list<Rules..., First>, rule_list<Rest...>, More...> {};
template <class... Rules, class First, class... Rest, class... More>
requires(std::same_as<First, Rules> || ...) struct joined_rules<rule_list<Rules...>, rule_list<First, Rest...>, More...>
    : joined_rules<rule_list<Rules...>, rule_list<Rest...>, More...> {
};

template <bool Any>
struct gathered_rules {  // nearly everything adds none, and no class is made of it
    template <class...>
    using of = rule_list<>;
};
template <>
struct gathered_rules<true> {
    template <class... Things>
    using of = typename joined_rules<rule_list<>, typename rules_of<Things>::type...>::type;
};
}  // namespace detail

/// The rules that policies, attributes or parts add together. A policy template passes on those of its attributes:
/// `using added_rules = rules_added_by<Attributes...>`.
template <class... Things>
using rules_added_by = typename detail::gathered_rules<(detail::adds_rules<Things> || ...)>::template of<Things...>;

}  // namespace estima::inline v0_1
