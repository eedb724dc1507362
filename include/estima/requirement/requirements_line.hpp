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

/// Whether a line names a file or folder relative to the requirements file (`-r more.txt`, `-e .`, `./wheels/own.whl`),
/// which is not there where only the lines are known.
constexpr bool names_a_file_beside(std::string_view line) {
    constexpr std::string_view options[]{"-r", "--requirement", "-c", "--constraint",
                                         "-e", "--editable",    "-f", "--find-links"};
    for (std::string_view const option : options) {
        if (!line.starts_with(option)) continue;
        std::string_view value = line.substr(option.size());
        bool const is_long = option.starts_with("--");
        if (is_long && !value.starts_with(' ') && !value.starts_with('=')) continue;
        value.remove_prefix(std::min(value.find_first_not_of(" ="), value.size()));
        return !value.empty() && !value.starts_with('/') && value.find("://") == std::string_view::npos &&
               value.find("${") == std::string_view::npos;
    }
    std::string_view const start = line.substr(0, line.find_first_of(" ;@["));
    if (start.starts_with('-') || start.starts_with('/') || line.find("${") != std::string_view::npos) return false;
    return start.starts_with('.') ||
           (start.find('/') != std::string_view::npos && start.find("://") == std::string_view::npos);
}

}  // namespace estima::inline v0_1
