// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/bool.hpp>
#include <boost/hana/filter.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/unpack.hpp>

#include <estima/compute/local.hpp>
#include <estima/distribution/single_process.hpp>
#include <estima/environment/environment.hpp>
#include <estima/framework/generic.hpp>
#include <estima/rules/rules_for.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class Policy>
constexpr void tell(facts& f) {
    if constexpr (requires { Policy::tell(f); }) Policy::tell(f);
}
}  // namespace detail

/// What policies say together, in any order, before anything is known that only the running program can see.
template <class... Policies>
consteval facts facts_of() {
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

/// A broken rule as a compiler prints it: its id, the rule's sentence as a name, the remedy, and what else it has to say.
template <class Id, class Rule, class Remedy, class... Details>
struct broken {};

template <class... Broken>
struct rules {};

namespace detail {
template <class... Policies>
struct breaks {
    template <class Rule>
    constexpr auto operator()(Rule) const {
        using rule = typename Rule::type;
        return boost::hana::bool_c<level_of<rule>() == rule_level::error && rule::broken(facts_of<Policies...>())>;
    }
};
template <class Rule, class... Policies>
struct told {
    using type = broken<typename Rule::id, Rule, typename Rule::remedy>;
};
template <class Rule, class... Policies>
    requires requires { typename Rule::template details<Policies...>; }
struct told<Rule, Policies...> {
    using type = broken<typename Rule::id, Rule, typename Rule::remedy, typename Rule::template details<Policies...>>;
};
template <class... Policies>
struct as_broken {
    template <class Rule>
    constexpr auto operator()(Rule) const {
        return boost::hana::type_c<typename told<typename Rule::type, Policies...>::type>;
    }
};
template <class... Policies>
struct verdict {  // a class, not an alias of decltype: g++ 12 cannot print the latter inside a constraint
    static constexpr auto found =
        boost::hana::transform(boost::hana::filter(rules_for<Policies...>, breaks<Policies...>{}), as_broken<Policies...>{});
    using type = typename decltype(boost::hana::unpack(found, boost::hana::template_<rules>))::type;
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
