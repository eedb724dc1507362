// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/parameters/faults.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// `--name value`, or `--name=value` where the value alone would read as an option.
inline void append_parameter(std::vector<script_param>& params, std::string_view name, script_value&& value) {
    std::string const text = value_text(value);
    if (reads_as_value(text))
        params.push_back({std::string{name}, std::move(value)});
    else
        params.push_back({std::string{name} + "=" + text, flag});
}

/// `--name value value`. An empty list is the name alone.
inline void append_list(std::vector<script_param>& params, parameter_facts const& p, std::vector<script_value>&& list) {
    if (list.empty()) return params.push_back({std::string{p.flag}, flag});
    std::string name{p.flag};
    for (script_value& value : list) {
        if (std::string const text = value_text(value); !reads_as_value(text))
            throw_or_abort(error{
                "EST-602",
                {.what = "a value of a list starts with '-', which the script would read as an option",
                 .where = std::string{p.member} + " has \"" + text + "\"",
                 .remedy = "set `.lists = estima::list_as::repeated` in the member's parameter_options, "
                           "and action=\"append\" in the script"}});
        params.push_back({std::exchange(name, {}), std::move(value)});
    }
}

inline void append(std::vector<script_param>& params, parameter_facts const& p, std::vector<script_value>&& values) {
    if (p.is.kind == parameter_kind::on_flag) {
        if (values.front().text == "true") params.push_back({std::string{p.flag}, flag});
    } else if (p.is.kind == parameter_kind::on_off_flag) {
        params.push_back({std::string{values.front().text == "true" ? p.flag : p.negated}, flag});
    } else if (p.is.is_list && !p.is_repeated) {
        append_list(params, p, std::move(values));
    } else {
        for (script_value& value : values) append_parameter(params, p.flag, std::move(value));
    }
}

/// Names given by hand, as `--name` or `--name=value`, that the struct has too.
inline void refuse_names_given_twice(std::vector<parameter_values> const& typed,
                                     std::vector<script_param> const& given) {
    std::string twice;
    for (script_param const& hand : given) {
        std::string_view const name = std::string_view{hand.name}.substr(0, hand.name.find('='));
        if (name.empty()) continue;
        for (parameter_values const& p : typed) {
            if (name != p.about->flag && name != p.about->negated) continue;
            if (!twice.empty()) twice += ", ";
            twice.append(name).append(" (member ").append(p.about->member).append(")");
        }
    }
    if (!twice.empty())
        throw_or_abort(
            error{"EST-601",
                  {.what = "a script parameter is given by hand and by a member of the struct",
                   .where = std::move(twice),
                   .remedy = "give it in one place; a member that shall be left out can be a std::optional"}});
}

inline std::vector<script_param> joined(std::vector<parameter_values> typed, std::vector<script_param> given) {
    refuse_names_given_twice(typed, given);
    for (parameter_values& p : typed)
        if (p.values) append(given, *p.about, std::move(*p.values));
    return given;
}
}  // namespace detail

/// The members of an adapted struct as script parameters, behind those that are `given` by hand (first, so that a value
/// without a name is not taken for one of a list). docs/parameters.md says what becomes of each type.
/// Throws EST-601 when a given name is one of the struct's, even if that member is left out; EST-602 when a list holds
/// text that would read as an option; EST-603 when an enumerator has no name.
template <class Params>
std::vector<script_param> script_params_of(Params const& params, std::vector<script_param> given = {}) {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    return detail::joined(detail::read_all(detail::parameters_to_read<Params>{}, params), std::move(given));
}

}  // namespace estima::inline v0_1
