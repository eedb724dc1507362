// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

#include <estima/system/utf8.hpp>

namespace estima::inline v0_1 {

namespace detail {
struct code_range {
    char32_t first, last;
};

inline bool is_in(code_range const* begin, code_range const* end, char32_t c) {
    auto const place =
        std::lower_bound(begin, end, c, [](code_range const& r, char32_t code) { return r.last < code; });
    return place != end && place->first <= c;
}

/// The character that a valid sequence stands for.
inline char32_t decoded(std::string_view sequence) {
    auto const first = static_cast<unsigned char>(sequence[0]);
    char32_t c = sequence.size() == 1 ? first : first & (0xFFU >> (sequence.size() + 1));
    for (std::size_t i = 1; i < sequence.size(); ++i) c = (c << 6) | (static_cast<unsigned char>(sequence[i]) & 0x3FU);
    return c;
}

/// How many columns a terminal uses for a character: 2 for those of East Asia and pictures, 0 for marks that stand over
/// the one before.
inline std::size_t width_of(char32_t c) {
    static constexpr code_range marks[] = {
        {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},     {0x6D6, 0x6DC},
        {0x900, 0x902},   {0x93C, 0x93C},   {0x941, 0x948},   {0x94D, 0x94D},   {0xE31, 0xE31},     {0xE34, 0xE3A},
        {0xE47, 0xE4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
        {0x20D0, 0x20F0}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF}, {0xE0000, 0xE01EF}};
    static constexpr code_range wide[] = {
        {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},   {0x2614, 0x2615},
        {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x2705, 0x2705},
        {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},
        {0x2795, 0x2797},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
        {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18AFF},
        {0x1B000, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F19A}, {0x1F200, 0x1F64F},
        {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB}, {0x1F90C, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (c < 0x300) return 1;
    if (is_in(std::begin(marks), std::end(marks), c)) return 0;
    return is_in(std::begin(wide), std::end(wide), c) ? 2 : 1;
}

/// How many bytes the first character of a text has, and how many columns it takes.
struct first_character {
    std::size_t bytes, columns;

    explicit first_character(std::string_view text) : bytes{v0_1::utf8_length(text)}, columns{1} {
        if (bytes != 0) columns = width_of(decoded(text.substr(0, bytes)));
        bytes = std::max<std::size_t>(bytes, 1);
    }
};
}  // namespace detail

/// How many columns a terminal uses for a text without control characters. A byte that is no UTF-8 counts as one.
inline std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        detail::first_character const next{text};
        width += next.columns;
        text.remove_prefix(next.bytes);
    }
    return width;
}

}  // namespace estima::inline v0_1
