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
using estima::detail::width_of;
}  // namespace detail
using estima::display_width;

/// The text itself if it fits, else as much of its beginning as fits with `mark` after it.
inline std::string fitted(std::string_view text, std::size_t width, std::string_view mark) {
    if (display_width(text) <= width) return std::string{text};
    std::size_t const room = width - std::min(width, display_width(mark));
    std::size_t used = 0, end = 0;
    while (end < text.size()) {
        std::size_t const length = utf8_length(text.substr(end));
        std::size_t const columns = length == 0 ? 1 : detail::width_of(detail::decoded(text.substr(end, length)));
        if (used + columns > room) break;
        used += columns;
        end += std::max<std::size_t>(length, 1);
    }
    return std::string{text.substr(0, end)}.append(mark);
}

}  // namespace estima::inline v0_1::terminal
