// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>

#include <estima/rules/all_rules.hpp>

// The tables of rules for code that goes through them with Boost.Hana: tuples of hana::type.
namespace estima::inline v0_1 {

namespace detail {
template <class Rules>
struct as_tuple;
template <class... Rules>
struct as_tuple<rule_list<Rules...>> {
    static constexpr auto rules = boost::hana::tuple_t<Rules...>;
};
}  // namespace detail

/// The library's rules.
inline constexpr auto const& all_rules = detail::as_tuple<library_rules>::rules;

/// What estimators of these policies are held to: all_rules, with the rules that policies add at its end.
template <class... Policies>
inline constexpr auto const& rules_for = detail::as_tuple<detail::rules_of_policies<Policies...>>::rules;

}  // namespace estima::inline v0_1
