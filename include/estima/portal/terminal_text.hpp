// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace estima::inline v0_1::portal {

namespace detail {
/// The length of the escape sequence that `text` begins with (its first byte is ESC).
inline std::size_t escape_sequence_length(std::string_view text) {
    constexpr std::size_t longest = 4096;
    if (text.size() < 2) return text.size();
    auto in = [](char c, unsigned char low, unsigned char high) {
        auto const byte = static_cast<unsigned char>(c);
        return byte >= low && byte <= high;
    };
    std::size_t i = 2;
    char const kind = text[1];
    if (kind == '[') {  // CSI: parameters, then one final byte
        while (i < text.size() && in(text[i], 0x20, 0x3F)) ++i;
        return i < text.size() && in(text[i], 0x40, 0x7E) ? i + 1 : i;
    }
    if (kind == ']' || kind == 'P' || kind == '^' || kind == '_' ||
        kind == 'X') {  // a string, ended by BEL or ESC backslash
        for (; i < text.size() && i < longest && text[i] != '\n'; ++i) {
            if (text[i] == '\a') return i + 1;
            if (text[i] == '\x1B') return i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : i;
        }
        return i < text.size() ? i : text.size();
    }
    i = 1;
    while (i < text.size() && in(text[i], 0x20, 0x2F)) ++i;
    return i < text.size() && in(text[i], 0x30, 0x7E) ? i + 1 : i;
}
}  // namespace detail

/// What a terminal would show in the end: escape sequences (colours, titles, movements) taken out, lines that a
/// carriage return or backspaces overwrote (progress bars) in their last state.
inline std::string terminal_text(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    std::size_t line = 0;   // where the current line starts in `out`
    bool returned = false;  // a carriage return that may be followed by a newline or by new text
    while (!raw.empty()) {
        std::size_t const run = std::min(raw.find_first_of("\x1B\r\n\b"), raw.size());
        if (run > 0) {
            if (returned) out.resize(line);
            returned = false;
            out.append(raw.substr(0, run));
            raw.remove_prefix(run);
            continue;
        }
        std::size_t length = 1;
        switch (raw.front()) {
            case '\x1B':
                length = detail::escape_sequence_length(raw);
                break;
            case '\r':
                returned = true;
                break;
            case '\b':
                while (out.size() > line && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80) out.pop_back();
                if (out.size() > line) out.pop_back();
                break;
            default:
                out += '\n';
                line = out.size();
                returned = false;
        }
        raw.remove_prefix(length);
    }
    return out;
}

}  // namespace estima::inline v0_1::portal
