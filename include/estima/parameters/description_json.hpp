// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/parameters/describe_parameters.hpp>
#include <estima/parameters/json_string.hpp>

namespace estima::inline v0_1 {

/// The descriptions as JSON, one parameter a line: what estima_check_script compares with the script.
inline std::string description_json(std::vector<parameter_description> const& all) {
    auto list = [](std::vector<std::string> const& texts) {
        std::string json = "[";
        for (std::string const& text : texts) json.append(json.size() > 1 ? ", " : "").append(detail::json_string(text));
        return json += "]";
    };
    auto truth = [](bool holds) { return holds ? "true" : "false"; };
    std::string json = "[";
    for (parameter_description const& p : all) {
        json.append(json.size() > 1 ? ",\n{" : "{");
        json.append("\"name\": ").append(detail::json_string(p.name));
        json.append(", \"member\": ").append(detail::json_string(p.member));
        json.append(", \"kind\": \"").append(to_string(p.kind)).append("\"");
        json.append(", \"is_optional\": ").append(truth(p.is_optional));
        json.append(", \"is_list\": ").append(truth(p.is_list));
        json.append(", \"is_repeated\": ").append(truth(p.is_repeated));
        json.append(", \"exactly\": ").append(std::to_string(p.exactly));
        json.append(", \"choices\": ").append(list(p.choices));
        json.append(", \"defaults\": ").append(p.defaults ? list(*p.defaults) : "null").append("}");
    }
    return json += "]\n";
}

}  // namespace estima::inline v0_1
