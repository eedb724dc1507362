// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <estima/parameters/faults.hpp>
#include <estima/parameters/json_string.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A value as text; a list as JSON, so that its texts can be told apart.
inline std::string text_of(parameter_facts const& p, std::vector<script_value> const& values) {
    if (!p.is.is_list) return value_text(values.front());
    std::string text = "[";
    for (script_value const& one : values) {
        bool const is_text = one.is == script_value::kind::text && p.is.kind != parameter_kind::boolean;
        if (text.size() > 1) text += ", ";
        text += is_text ? json_string(one.text) : value_text(one);
    }
    return text += "]";
}
}  // namespace detail

/// The parameters of a run, for its history: the name of each member, with a dot before that of a nested one, and its
/// value as text. Lists are JSON; a bool is "true" or "false" however the script gets it; what is left out of an
/// optional is left out here. Throws EST-603 when an enumerator has no name.
template <class Params>
std::vector<std::pair<std::string, std::string>> parameters_of(Params const& params) {
    static_cast<void>(sizeof(detail::assert_there_are_no<parameter_faults<Params>>));
    std::vector<std::pair<std::string, std::string>> named;
    for (detail::parameter_values const& p : detail::read_all(detail::parameters_to_read<Params>{}, params))
        if (p.values) named.emplace_back(p.about->member, detail::text_of(*p.about, *p.values));
    return named;
}

}  // namespace estima::inline v0_1
