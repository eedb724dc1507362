// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>

namespace estima::inline v0_1 {

/// The file:// address of an absolute path: every byte that an address may not hold as it is becomes %XX.
inline std::string file_url(std::filesystem::path const& path) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string url = "file://";
    for (char const c : path.native()) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~' || c == '/';
        auto const byte = static_cast<unsigned char>(c);
        if (plain)
            url += c;
        else
            url.append({'%', digits[byte >> 4], digits[byte & 15]});
    }
    return url;
}

}  // namespace estima::inline v0_1
