// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/unpack.hpp>

#include <estima/policy/added_rules.hpp>
#include <estima/rules/all_rules.hpp>
#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class... Added>
struct and_added {
    template <class... Rules>
    constexpr auto operator()(Rules...) const {
        return boost::hana::tuple_t<typename Rules::type..., Added...>;
    }
};

template <class Added>
struct rule_table;
template <class... Added>
struct rule_table<rule_list<Added...>> {
    static constexpr auto rules = boost::hana::unpack(all_rules, and_added<Added...>{});
};
template <>
struct rule_table<rule_list<>> {
    static constexpr auto const& rules = all_rules;
};
}  // namespace detail

/// The table that estimators of these policies are held to: the library's rules, then those that the policies add.
/// A hana::tuple of hana::type.
template <class... Policies>
inline constexpr auto const& rules_for = detail::rule_table<typename detail::added_by<Policies...>::rules>::rules;

}  // namespace estima::inline v0_1
