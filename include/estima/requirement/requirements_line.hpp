// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string_view>

namespace estima::inline v0_1 {

/// What of a line of pip's requirements files is a requirement: without a comment, and without pip's options for it
/// (` --hash=...`). Empty for what only pip can tell: options, paths, URLs, and `${VARIABLES}`, which it replaces.
constexpr std::string_view requirement_of_line(std::string_view line) {
    std::string_view const start = line.substr(0, line.find_first_of(" ;@["));
    if (start.starts_with('-') || start.starts_with('.') || start.find('/') != std::string_view::npos) return {};
    if (line.find("${") != std::string_view::npos) return {};
    return line.substr(0, std::min(line.find(" #"), line.find(" --")));
}

}  // namespace estima::inline v0_1
