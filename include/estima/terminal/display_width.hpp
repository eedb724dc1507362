// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <estima/system/display_width.hpp>
#include <estima/system/utf8.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
using estima::detail::decoded;
using estima::detail::first_character;
using estima::detail::width_of;
}  // namespace detail
using estima::display_width;

/// The text itself if it fits, else as much of its beginning as fits with `mark` after it.
inline std::string fitted(std::string_view text, std::size_t width, std::string_view mark) {
    if (display_width(text) <= width) return std::string{text};
    std::size_t const room = width - std::min(width, display_width(mark));
    std::size_t used = 0, end = 0;
    while (end < text.size()) {
        detail::first_character const next{text.substr(end)};
        if (used + next.columns > room) break;
        used += next.columns;
        end += next.bytes;
    }
    return std::string{text.substr(0, end)}.append(mark);
}

/// The same with `mark` in the place of its middle, and twice as much of its end as of its beginning: names that begin
/// alike are told apart by their ends.
inline std::string fitted_in_middle(std::string_view text, std::size_t width, std::string_view mark) {
    std::size_t left = display_width(text);
    if (left <= width) return std::string{text};
    std::size_t const room = width - std::min(width, display_width(mark));
    std::string_view end = text;
    while (!end.empty()) {
        detail::first_character const next{end};
        if (left <= room - room / 3 && next.columns > 0) break;  // a mark stays with what it stands over
        left -= next.columns;
        end.remove_prefix(next.bytes);
    }
    return fitted(text, width - left, mark).append(end);
}

}  // namespace estima::inline v0_1::terminal
