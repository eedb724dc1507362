// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// A file name for an error message, on one line and in valid UTF-8: a newline is shown as `\n`, a backslash as `\\`,
/// byte by byte as `\xff` other control characters (those beyond ASCII and those that turn the direction of text among
/// them) and what is no UTF-8.
inline std::string shown(std::string_view name) {
    auto continues = [&](std::size_t i) { return i < name.size() && (name[i] & 0xC0) == 0x80; };
    std::string text;
    for (std::size_t i = 0; i < name.size();) {
        auto const c = static_cast<unsigned char>(name[i]);
        auto const second = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0;
        std::size_t length = c < 0x80                ? 1
                             : c >= 0xC2 && c < 0xE0 ? 2
                             : c >= 0xE0 && c < 0xF0 ? 3
                             : c >= 0xF0 && c < 0xF5 ? 4
                                                     : 0;
        bool const not_shortest_or_too_high = (c == 0xE0 && second < 0xA0) || (c == 0xED && second > 0x9F) ||
                                              (c == 0xF0 && second < 0x90) || (c == 0xF4 && second > 0x8F);
        for (std::size_t n = 1; n < length; ++n)
            if (!continues(i + n) || not_shortest_or_too_high) length = 0;
        auto const third = i + 2 < name.size() ? static_cast<unsigned char>(name[i + 2]) : 0;
        bool const turns = c == 0xE2 && ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
                                         (second == 0x81 && third >= 0xA6 && third <= 0xA9));
        bool const steers = turns || (c == 0xC2 && second < 0xA0);
        if (steers) length = 0;
        if (c == '\n') {
            text += "\\n";
        } else if (c == '\\') {
            text += "\\\\";
        } else if (length == 0 || c < 32 || c == 127) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", c);
            text += escaped;
        } else {
            text += name.substr(i, length);
        }
        i += length == 0 ? 1 : length;
    }
    return text;
}

/// The begin of a text that may be long, shown so, and how long it is.
inline std::string shown_begin(std::string_view text, std::size_t most = 200) {
    if (text.size() <= most) return "\"" + shown(text) + "\"";
    while (most > 0 && (text[most] & 0xC0) == 0x80) --most;  // between characters
    return "\"" + shown(text.substr(0, most)) + "\"... (" + std::to_string(text.size()) + " bytes)";
}

/// "312 bytes", "47.1 KB", "412.3 MB" (1 MB is 1024 * 1024 bytes).
inline std::string shown_size(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    char const* const units[] = {"KB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1000 && unit < 5; ++unit) value /= 1024;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", value, units[unit]);
    return text;
}

}  // namespace estima::inline v0_1
