// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <estima/terminal/display_width.hpp>

namespace estima::inline v0_1::terminal {

/// The lines of a text, of at most `room` columns: they end at blanks, and beside wide characters, which stand without
/// blanks in Chinese and Japanese. What else has no blank stays whole, to be copied.
inline std::vector<std::string> wrapped(std::string_view text, std::size_t room) {
    std::vector<std::string> lines;
    for (;;) {
        std::size_t place = 0, used = 0, at = 0, before = 0;
        bool is_joined = false;  // by a zero width joiner, into one picture
        while (at < text.size()) {
            std::size_t const length = std::max<std::size_t>(utf8_length(text.substr(at)), 1);
            char32_t const c = utf8_length(text.substr(at)) == 0 ? U'?' : detail::decoded(text.substr(at, length));
            std::size_t const width = detail::width_of(c);
            bool const may_end = at > 0 && (c == ' ' || (width > 0 && !is_joined && (width == 2 || before == 2)));
            if (may_end && (used <= room || place == 0)) place = at;
            if (used + width > room && place != 0) break;
            used += width;
            at += length;
            before = width > 0 ? width : before;
            is_joined = c == 0x200D;
        }
        if (used <= room && at == text.size()) place = 0;
        if (place == 0) {
            lines.emplace_back(text);
            return lines;
        }
        std::string_view const line = text.substr(0, place);
        lines.emplace_back(line.substr(0, line.find_last_not_of(' ') + 1));
        text.remove_prefix(place);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return lines;
    }
}

}  // namespace estima::inline v0_1::terminal
