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
        std::string written = "[";
        for (std::string const& text : texts)
            written.append(written.size() > 1 ? ", " : "").append(detail::json_string(text));
        return written += "]";
    };
    auto truth = [](bool holds) { return holds ? "true" : "false"; };
    std::string written = "[";
    for (parameter_description const& p : all) {
        written.append(written.size() > 1 ? ",\n{" : "{");
        written.append("\"name\": ").append(detail::json_string(p.name));
        written.append(", \"member\": ").append(detail::json_string(p.member));
        written.append(", \"kind\": \"").append(to_string(p.kind)).append("\"");
        written.append(", \"is_optional\": ").append(truth(p.is_optional));
        written.append(", \"is_list\": ").append(truth(p.is_list));
        written.append(", \"is_repeated\": ").append(truth(p.is_repeated));
        written.append(", \"exactly\": ").append(std::to_string(p.exactly));
        written.append(", \"choices\": ").append(list(p.choices));
        written.append(", \"defaults\": ").append(p.defaults ? list(*p.defaults) : "null").append("}");
    }
    return written += "]\n";
}

}  // namespace estima::inline v0_1
