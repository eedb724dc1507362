// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace estima::inline v0_1 {

using environment_list = std::vector<std::pair<std::string, std::string>>;

/// Text with $NAME and ${NAME} replaced where NAME is one of `variables`; where a second '$' stands before, "$$NAME",
/// one of the two is taken away and the rest is left. Everything else stays as it is: other names, a '$' alone, and
/// what was put in. No shell is involved.
inline std::string expanded(std::string_view text, environment_list const& variables) {
    auto is_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const dollar = text.find('$', at);
        result += text.substr(at, dollar - at);
        if (dollar == std::string_view::npos) break;
        bool const is_quoted = text.substr(dollar + 1, 1) == "$";
        std::size_t const start = dollar + (is_quoted ? 2 : 1);
        bool const has_brace = text.substr(start, 1) == "{";
        std::size_t const begin = start + has_brace;
        std::size_t end = begin;
        while (end < text.size() && is_name(text[end])) ++end;
        std::size_t const after = end + has_brace;
        std::string const* value = nullptr;
        if (!has_brace || text.substr(end, 1) == "}")
            for (auto const& [name, its] : variables)
                if (name == text.substr(begin, end - begin)) value = &its;
        if (value == nullptr) {
            result += '$';
            at = dollar + 1;
        } else {
            if (is_quoted) result += text.substr(dollar + 1, after - dollar - 1);
            else result += *value;
            at = after;
        }
    }
    return result;
}

}  // namespace estima::inline v0_1
