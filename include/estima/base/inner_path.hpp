// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// False for a path that leads out of its folder on the way, even if it comes back, and for one from the root.
constexpr bool stays_inside(std::string_view path) {
    if (path.starts_with('/')) return false;
    for (int depth = 0; !path.empty();) {
        std::string_view const name = path.substr(0, path.find('/'));
        path.remove_prefix(name.size() == path.size() ? name.size() : name.size() + 1);
        if (name == "..") --depth;
        else if (!name.empty() && name != ".") ++depth;
        if (depth < 0) return false;
    }
    return true;
}

/// Whether a path, from the script's folder, is that of a file below ./outputs. It may have wildcards.
constexpr bool is_output_path(std::string_view path) {
    constexpr std::string_view outputs = "outputs/";
    if (!path.starts_with(outputs) || path.ends_with('/') || path.find('\0') != std::string_view::npos) return false;
    path.remove_prefix(outputs.size());
    return !path.empty() && stays_inside(path);
}

}  // namespace estima::inline v0_1
