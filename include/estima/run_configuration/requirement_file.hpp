// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// The lines of a file in pip's format without comments and blank lines, those that a '\' joins as one. None if it
/// cannot be read, of which a rule (EST-033) tells.
inline std::vector<std::string> requirement_lines(std::string const& path) {
    std::string text;
    try {
        text = read_file(path);
    } catch (error const&) {
        return {};
    }
    std::vector<std::string> lines;
    std::string joined;
    for (std::string_view rest = text; !rest.empty();) {
        std::size_t const end = rest.find('\n');
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        // pip: a comment starts at the line's begin or after a blank; URLs have '#' inside.
        for (std::size_t i = 0; i < line.size(); ++i)
            if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) line = line.substr(0, i);
        while (!line.empty() && std::string_view{" \t\r"}.find(line.back()) != std::string_view::npos) line.remove_suffix(1);
        while (!line.empty() && std::string_view{" \t"}.find(line.front()) != std::string_view::npos) line.remove_prefix(1);
        bool const goes_on = !line.empty() && line.back() == '\\' && !rest.empty();
        joined += goes_on ? line.substr(0, line.size() - 1) : line;
        if (goes_on) continue;
        if (!joined.empty()) lines.push_back(std::move(joined));
        joined.clear();
    }
    return lines;
}

}  // namespace estima::inline v0_1::detail
