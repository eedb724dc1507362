// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace estima::inline v0_1::terminal {

/// A word as it stands on the command line of a shell, with the quotes and backslashes that were typed.
struct typed_word {
    std::string text{};      ///< what it means
    char quote = 0;          ///< the one that is still open: " or '; 0: none
    std::size_t before = 0;  ///< how much of the text stands before that one

    typed_word() = default;
    explicit typed_word(std::string_view typed) {
        for (std::size_t i = 0; i < typed.size(); ++i) {
            char const c = typed[i];
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
                before = text.size();
            } else if (c == '\\' && quote != '\'' && i + 1 < typed.size() &&
                       (quote == 0 || std::string_view{"$`\"\\"}.find(typed[i + 1]) != std::string_view::npos)) {
                text += typed[++i];
            } else {
                text += c;
            }
        }
        if (quote == 0) before = 0;
    }
};

/// How bash takes a text as one word, or as what follows a `quote` that is open.
inline std::string quoted_for_shell(std::string_view text, char quote = 0) {
    std::string quoted;
    for (char const c : text) {
        if (quote == 0 && std::string_view{" \t\"'\\$`|&;<>()[]{}*?!~#"}.find(c) != std::string_view::npos)
            quoted.append({'\\', c});
        else if (quote == '"' && std::string_view{"$`\"\\"}.find(c) != std::string_view::npos)
            quoted.append({'\\', c});
        else if (quote == '"' && c == '!')  // no backslash keeps the history away
            quoted.append("\"'!'\"");
        else if (quote == '\'' && c == '\'')
            quoted.append("'\\''");
        else
            quoted += c;
    }
    return quoted;
}

}  // namespace estima::inline v0_1::terminal
