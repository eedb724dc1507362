// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <estima/parameters/faults.hpp>
#include <estima/parameters/json_string.hpp>
#include <estima/parameters/values.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A value as text; a list as JSON, so that its texts can be told apart. Returns whether there is a value.
template <class P, class Member>
bool text_of_member(Member const& member, std::string& text) {
    if constexpr (!P::is.is_list)
        return for_each_value(member, P::member.view(), [&](script_value const& one) { text = value_text(one); });
    else {
        bool const is_there = for_each_value(member, P::member.view(), [&](script_value const& one) {
            bool const is_text = one.is == script_value::kind::text && P::is.kind != parameter_kind::boolean;
            text += text.empty() ? "[" : ", ";
            text += is_text ? json_string(one.text) : value_text(one);
        });
        if (is_there) text += text.empty() ? "[]" : "]";
        return is_there;
    }
}
}  // namespace detail

/// The parameters of a run, for its history: the name of each member, with a dot before that of a nested one, and its
/// value as text. Lists are JSON; a bool is "true" or "false" however the script gets it; what is left out of an
/// optional is left out here. Throws EST-603 when an enumerator has no name.
template <class Params>
std::vector<std::pair<std::string, std::string>> parameters_of(Params const& params) {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    using all = typename detail::parameters_or_none<Params>::type;
    std::vector<std::pair<std::string, std::string>> named;
    detail::for_each_parameter(all{}, [&]<class P>() {
        P::visit(params, [&](auto const& member) {
            std::string text;
            if (detail::text_of_member<P>(member, text)) named.emplace_back(P::member.view(), std::move(text));
        });
    });
    return named;
}

}  // namespace estima::inline v0_1
