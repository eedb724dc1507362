// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/parameters/faults.hpp>
#include <estima/parameters/values.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline bool may_be_a_value(script_value const& value, std::string& text) {
    switch (value.is) {
        case script_value::kind::name_only:
        case script_value::kind::integer:
        case script_value::kind::natural: return true;
        case script_value::kind::real:
        case script_value::kind::single_precision:
        case script_value::kind::text: break;
    }
    text = value_text(value);
    return reads_as_value(text);
}

/// `--name value`, or `--name=value` where the value alone would read as an option.
inline void append_parameter(std::vector<script_param>& params, std::string_view name, script_value value) {
    std::string text;
    if (may_be_a_value(value, text)) params.push_back({std::string{name}, std::move(value)});
    else params.push_back({std::string{name} + "=" + text, flag});
}

/// One more value behind the first; the first has the name.
inline void append_element(std::vector<script_param>& params, std::string name, script_value value,
                           std::string_view member) {
    std::string text;
    if (!may_be_a_value(value, text)) {
        std::optional<std::string> plain = text_without_exponent(value);
        if (!plain)
            throw error{"EST-602",
                        {.what = "a value of a list starts with '-', which the script would read as an option",
                         .where = std::string{member} + " has \"" + text + "\"",
                         .remedy = "set `.lists = estima::list_as::repeated` in the member's parameter_options, and "
                                   "action=\"append\" in the script"}};
        value = script_value{std::move(*plain)};
    }
    params.push_back({std::move(name), std::move(value)});
}

template <class P, class Member>
void append_member(std::vector<script_param>& params, Member const& member) {
    std::string_view const name = P::flag.view(), path = P::member.view();
    if constexpr (P::is.kind == parameter_kind::on_flag) {
        if (member) params.push_back({std::string{name}, flag});
    } else if constexpr (P::is.kind == parameter_kind::on_off_flag) {
        for_each_value(member, path, [&](script_value const& value) {
            params.push_back({std::string{value.text == "true" ? name : P::negated.view()}, flag});
        });
    } else if constexpr (P::is.is_list && !P::is_repeated) {
        std::string next{name};
        bool const is_there = for_each_value(member, path, [&](script_value value) {
            append_element(params, std::exchange(next, {}), std::move(value), path);
        });
        if (is_there && !next.empty()) params.push_back({std::move(next), flag});
    } else {
        for_each_value(member, path, [&](script_value value) { append_parameter(params, name, std::move(value)); });
    }
}

/// Names given by hand, as `--name` or `--name=value`, that the struct has too.
template <class Params>
void refuse_names_of(std::vector<script_param> const& given) {
    std::string twice;
    for_each_parameter(typename parameters_or_none<Params>::type{}, [&]<class P>() {
        for (script_param const& hand : given) {
            std::string_view const name = std::string_view{hand.name}.substr(0, hand.name.find('='));
            bool const is_negated = P::is.kind == parameter_kind::on_off_flag && name == P::negated.view();
            if (name != P::flag.view() && !is_negated) continue;
            if (!twice.empty()) twice += ", ";
            twice.append(name).append(" (member ").append(P::member.view()).append(")");
        }
    });
    if (!twice.empty())
        throw error{"EST-601",
                    {.what = "a script parameter is given by hand and by a member of the struct",
                     .where = std::move(twice),
                     .remedy = "give it in one place; a member that shall be left out can be a std::optional"}};
}
}  // namespace detail

/// The members of an adapted struct as script parameters, behind those that are `given` by hand (first, so that a value
/// without a name is not taken for one of a list). docs/parameters.md says what becomes of each type.
/// Throws EST-601 when a given name is one of the struct's, even if that member is left out; EST-602 when a list holds
/// text that would read as an option; EST-603 when an enumerator has no name.
template <class Params>
std::vector<script_param> script_params_of(Params const& params, std::vector<script_param> given = {}) {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    using all = typename detail::parameters_or_none<Params>::type;
    if (!given.empty()) detail::refuse_names_of<Params>(given);
    detail::for_each_parameter(all{}, [&]<class P>() {
        P::visit(params, [&](auto const& member) { detail::append_member<P>(given, member); });
    });
    return given;
}

}  // namespace estima::inline v0_1
