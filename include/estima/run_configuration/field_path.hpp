// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace estima::inline v0_1::detail {

/// The keys that lead to a value.
using field_path = std::vector<std::string>;

/// "mpi.processCountPerNode": how fields are named to readers and in a provenance.
inline std::string dotted(field_path const& path) {
    std::string name;
    for (std::string const& key : path) name.append(name.empty() ? "" : ".").append(key);
    return name;
}

/// RFC 6901, without doubt about keys that have dots.
inline void append_pointer(std::string& pointer, std::string const& key) {
    pointer += '/';
    for (char const c : key) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
}
inline std::string pointer(field_path const& path) {
    std::string text;
    for (std::string const& key : path) append_pointer(text, key);
    return text;
}

}  // namespace estima::inline v0_1::detail
