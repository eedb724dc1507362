// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <estima/system/utf8.hpp>

namespace estima::inline v0_1::detail {

/// Whether a text is as the pattern says: `%` stands for any text, `_` for one character (of UTF-8; a byte that is none
/// counts as one). There is no way to escape them, as in MLflow. In time text times pattern at worst.
inline bool is_like(std::string_view text, std::string_view pattern, bool ignore_case) {
    auto const folded = [ignore_case](char c) {
        return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    };
    std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        std::size_t const length = std::max<std::size_t>(estima::utf8_length(text.substr(t)), 1);
        if (p < pattern.size() && pattern[p] == '%') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == '_') {
            t += length;
            ++p;
        } else if (p < pattern.size() && folded(pattern[p]) == folded(text[t])) {
            ++t;
            ++p;
        } else if (star != std::string_view::npos) {  // the last % takes one character more
            resume += std::max<std::size_t>(estima::utf8_length(text.substr(resume)), 1);
            t = resume;
            p = star + 1;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('%', p) == std::string_view::npos;
}

}  // namespace estima::inline v0_1::detail
