// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// A writer that is killed, or whose disk is full, can leave a line without its end. The next writer closes it by this
/// character (CAN, which JSON has nowhere) and a newline: so a reader knows that nobody was told the line is kept, and
/// passes over it without counting it as damage.
inline constexpr char torn_line_mark = '\x18';

/// A line as it was before it was closed so; any other line as it is.
constexpr std::string_view without_torn_mark(std::string_view line) {
    return line.ends_with(torn_line_mark) ? line.substr(0, line.size() - 1) : line;
}

}  // namespace estima::inline v0_1
