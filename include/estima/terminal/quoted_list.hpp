// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace estima::inline v0_1::terminal {

/// The parts of a list with commas between. A part, or what follows its point, may stand in backticks or double quotes,
/// as in a filter: a comma in there belongs to it. Two of these stand for one inside.
inline std::vector<std::string> parts_of_list(std::string_view text) {
    std::vector<std::string> parts(1);
    char quote = 0;
    for (char const c : text) {
        std::string& part = parts.back();
        if (quote == 0 && c == ',') {
            parts.emplace_back();
            continue;
        }
        bool const is_begin = part.find_last_not_of(' ') == std::string::npos;
        bool const may_begin = is_begin || part.back() == '.' || part.back() == c;
        if (c == quote) quote = 0;
        else if (quote == 0 && may_begin && (c == '`' || c == '"')) quote = c;
        part += c;
    }
    return parts;
}

/// A name without the quotes that it stands in; as it is, if it stands in none.
inline std::string without_quotes(std::string_view name) {
    char const quote = name.size() < 2 ? ' ' : name.front();
    if ((quote != '`' && quote != '"') || name.back() != quote) return std::string{name};
    std::string inside;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        inside += name[i];
        if (name[i] == quote && name[i + 1] == quote && i + 2 < name.size()) ++i;
    }
    return inside;
}

}  // namespace estima::inline v0_1::terminal
