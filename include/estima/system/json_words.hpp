// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace estima::inline v0_1::detail {

/// Text of JSON in which the words NaN, Infinity and -Infinity, which Python's json.dumps writes bare, are texts:
/// JSON has no such numbers.
inline std::string with_words_quoted(std::string_view json) {
    std::string quoted;
    while (!json.empty()) {
        std::size_t length = std::min(json.find_first_of("\"NI-"), json.size());
        bool is_word = false;
        if (json.starts_with('"')) {  // a text stays as it is
            for (length = 1; length < json.size() && json[length] != '"';) length += json[length] == '\\' ? 2 : 1;
            length = std::min(length + 1, json.size());
        } else if (length == 0) {
            length = 1;
            for (std::string_view const word : {"NaN", "Infinity", "-Infinity"})
                if (json.starts_with(word)) is_word = true, length = word.size();
        }
        quoted.append(is_word ? "\"" : "").append(json.substr(0, length)).append(is_word ? "\"" : "");
        json.remove_prefix(length);
    }
    return quoted;
}

}  // namespace estima::inline v0_1::detail
