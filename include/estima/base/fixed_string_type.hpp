// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

namespace estima::inline v0_1 {

/// A string literal as a template argument: `interpreter_path<"/usr/bin/python3">`. Its definition stands apart from
/// that of view(), which takes <string_view>: declarations of templates with such an argument need no more than this.
/// (clang 14 takes them for others when fixed_string is declared before and defined after them.)
template <std::size_t Size>
struct fixed_string {
    char text[Size]{};

    consteval fixed_string(char const (&literal)[Size]) {  // NOLINT: implicit, so that a literal can be written
        for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
    }
    /// Of a text that is known to have Size - 1 characters. All are written: clang prints no text that has others.
    template <class View>
    consteval explicit fixed_string(View view) {
        for (std::size_t i = 0; i < Size; ++i) text[i] = i + 1 < Size ? view[i] : '\0';
    }
    /// A number where a text belongs is one error, which says so: no rule then calls it an empty text.
    template <class Number>
        requires requires(Number number) { number * 1; }
    consteval fixed_string(Number) : text{'\1'} {  // NOLINT: implicit, as a literal is
        static_assert(Size == 0, "a text is wanted here: write the number in quotes, \"1.4\"");
    }
    constexpr bool is_number() const { return Size == 1 && text[0] != '\0'; }
    constexpr auto view() const;  ///< a std::string_view, empty for a number; in <estima/base/fixed_string.hpp>
    /// The same; for a number what stands in its place where an empty text would be an error of its own.
    template <class View>
    constexpr View view_or(View in_place_of_a_number) const {
        return is_number() ? in_place_of_a_number : View{text, Size - 1};
    }
    constexpr bool empty() const { return Size == 1 && text[0] == '\0'; }
    bool operator==(fixed_string const&) const = default;
};

template <class Number>
    requires requires(Number number) { number * 1; }
fixed_string(Number) -> fixed_string<1>;

}  // namespace estima::inline v0_1
