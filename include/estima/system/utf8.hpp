// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// How long the valid UTF-8 sequence is that `text` starts with; 0 if it starts with none.
inline std::size_t utf8_length(std::string_view text) {
    auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    unsigned const first = at(0), second = at(1);
    if (text.empty() || first < 0x80) return text.empty() ? 0 : 1;
    std::size_t const length = first >= 0xC2 && first < 0xE0   ? 2
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xF0 && first < 0xF5 ? 4
                                                               : 0;
    bool const too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    bool const no_character = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    if (too_long || no_character) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xC0U) != 0x80) return 0;
    return length;
}

/// The text with U+FFFD for each byte that is no UTF-8.
inline std::string valid_utf8(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        std::size_t const length = utf8_length(bytes);
        if (length == 0)
            text += "\xEF\xBF\xBD";
        else
            text.append(bytes.substr(0, length));
        bytes.remove_prefix(length == 0 ? 1 : length);
    }
    return text;
}

/// JSON, and so a run configuration, can hold no other text.
inline bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        std::size_t const length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace estima::inline v0_1
