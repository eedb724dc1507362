// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <estima/tracking/metric_line.hpp>

/// The page of a run. All text on it may come from a training script, so all of it goes through here.
namespace estima::inline v0_1::portal {

namespace detail {
/// Whether a byte can be copied as it is. Tab and newline mean in HTML what they mean in the text.
inline constexpr std::array<bool, 256> plain_byte = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = true;
    for (char const c : {'<', '>', '&', '"', '\''}) plain[static_cast<std::size_t>(c)] = false;
    plain['\t'] = plain['\n'] = true;
    return plain;
}();

inline char32_t decode(std::string_view character) {
    auto const first = static_cast<unsigned char>(character[0]);
    char32_t code = character.size() == 1 ? first : first & (0x7FU >> character.size());
    for (char const c : character.substr(1)) code = (code << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
    return code;
}

/// Characters that a reader cannot see but that change what is seen: control characters, marks that turn the direction
/// of writing, invisible blanks and line ends, tags.
constexpr bool deceives(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200B || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}
constexpr bool is_noncharacter(char32_t c) { return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF); }

inline void append_code_point(std::string& out, char32_t c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string digits;
    for (; c != 0 || digits.size() < 4; c >>= 4U) digits.insert(digits.begin(), hex[c & 15U]);
    out.append("[U+").append(digits).append("]");
}
}  // namespace detail

/// Appends `text` so that it is the same text in an HTML element or a quoted attribute: special characters as
/// references, bytes that are no UTF-8 as U+FFFD, control characters and others that deceive as "[U+202E]".
inline void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        std::size_t run = 0;
        while (run < text.size() && detail::plain_byte[static_cast<unsigned char>(text[run])]) ++run;
        out.append(text.substr(0, run));
        text.remove_prefix(run);
        if (text.empty()) return;

        std::size_t bad = 0;
        std::size_t const length = estima::detail::utf8_length(text, bad);
        char32_t const c = length == 0 ? 0xFFFD : detail::decode(text.substr(0, length));
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else if (length == 0 || detail::is_noncharacter(c))
            out += "\xEF\xBF\xBD";
        else if (detail::deceives(c))
            detail::append_code_point(out, c);
        else
            out.append(text.substr(0, length));
        text.remove_prefix(length == 0 ? bad : length);
    }
}

/// The first `limit` bytes at most, not ending inside a character.
inline std::string_view cut(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    std::size_t end = limit;
    while (end > 0 && limit - end < 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
    return text.substr(0, end);
}

/// A relative address of a file inside the run directory, from its path there; empty for a path that would leave it.
inline std::string relative_address(std::string_view path) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    if (path.empty() || path.front() == '/') return out;
    for (std::size_t start = 0; start <= path.size();) {
        std::size_t const end = std::min(path.find('/', start), path.size());
        if (path.substr(start, end - start) == "..") return {};
        start = end + 1;
    }
    if (path.substr(0, path.find('/')).find(':') != std::string_view::npos) out = "./";  // else it were a scheme
    for (char const c : path) {
        bool const kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '_' || c == '.' || c == '~' || c == '/';
        if (kept) {
            out += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out.append({'%', hex[byte >> 4U], hex[byte & 15U]});
        }
    }
    return out;
}

}  // namespace estima::inline v0_1::portal
