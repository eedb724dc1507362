// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/all_rules.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

/// A broken rule as a compiler prints it: its id, the rule's sentence as a name, the remedy, and what else it has to
/// say.
template <class Id, class Rule, class Remedy, class... Details>
struct broken {};

template <class... Broken>
struct rules {};

namespace detail {
/// The other rules are not evaluated at all: that would be a cost of every estimator.
template <class Rule>
inline constexpr bool may_refuse = level_of<Rule>() == rule_level::error && !needs_the_running_program<Rule>();

template <class Rules>
struct rule_table;
template <class... Rules>
struct rule_table<rule_list<Rules...>> {
    static constexpr bool refuse(facts const& f) { return (false || ... || (may_refuse<Rules> && Rules::broken(f))); }
};

template <class Rule, class... Policies>
struct told {
    using type = rules<broken<typename Rule::id, Rule, typename Rule::remedy>>;
};
template <class Rule, class... Policies>
    requires requires { typename Rule::template details<Policies...>; }
struct told<Rule, Policies...> {
    using details = typename Rule::template details<Policies...>;
    using type = rules<broken<typename Rule::id, Rule, typename Rule::remedy, details>>;
};
template <bool Refuses, class Rule, class... Policies>
struct told_if {
    using type = rules<>;
};
template <class Rule, class... Policies>
struct told_if<true, Rule, Policies...> : told<Rule, Policies...> {};

template <class Found, class... More>
struct concatenated {
    using type = Found;
};
template <class... Found, class... First, class... More>
struct concatenated<rules<Found...>, rules<First...>, More...> : concatenated<rules<Found..., First...>, More...> {};

template <class Rules, class... Policies>
struct found_broken;
template <class... Rules, class... Policies>
struct found_broken<rule_list<Rules...>, Policies...>
    : concatenated<rules<>, typename told_if<may_refuse<Rules> && Rules::broken(told_by<Policies...>), Rules,
                                             Policies...>::type...> {};

/// Nearly all estimators break no rule: they are spared the work of collecting.
template <bool Refused>
struct verdict_if {
    template <class...>
    using of = rules<>;
};
template <>
struct verdict_if<true> {
    template <class... Policies>
    using of = typename found_broken<rules_of_policies<Policies...>, Policies...>::type;
};
template <class... Policies>  // a class, not an alias: g++ 12 prints an alias with all that is in it
struct verdict {
    static constexpr bool refused = rule_table<rules_of_policies<Policies...>>::refuse(told_by<Policies...>);
    using type = typename verdict_if<refused>::template of<Policies...>;
};
}  // namespace detail

/// All rules that a combination of policies breaks: `rules<>` if none.
template <class... Policies>
using broken_rules = typename detail::verdict<Policies...>::type;

namespace detail {
template <class Found>
inline constexpr bool is_empty = false;
template <>
inline constexpr bool is_empty<rules<>> = true;
}  // namespace detail

/// What every estimator is held to.
template <class Found>
concept no_broken_rules = detail::is_empty<Found>;

/// True for policies that make an estimator: the question, where `estimator<...>` is the demand.
template <class... Policies>
concept estimable = no_broken_rules<broken_rules<Policies...>>;

}  // namespace estima::inline v0_1
