// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace estima::inline v0_1 {

/// A std::string of a job that is made of texts only: a literal, std::string, std::string_view, std::filesystem::path.
/// All else is refused by one short error, where the compiler would list the constructors of std::string, or make a
/// pointer of 0. A null pointer that only the running program sees is an empty text.
struct text_field : std::string {
    // NOLINTBEGIN: implicit
    text_field() noexcept {}  // a defaulted one has `{}` set all to 0 first, in each job anew
    text_field(char const* text) : std::string(text != nullptr ? text : "") {}
    text_field(std::string text) noexcept : std::string(std::move(text)) {}
    text_field(std::string_view text) : std::string(text) {}
    template <class Text>
    requires(!std::is_base_of_v<std::string, Text> && std::convertible_to<Text, std::string> &&
             !std::same_as<Text, std::nullptr_t> && !std::same_as<Text, char*>) text_field(Text text)
        : std::string(static_cast<std::string>(std::move(text))) {}
    /// A number, a single character or a pointer is no text, and a secret does not become one.
    template <class Other>
    requires(!std::is_base_of_v<std::string, Other> && (!std::convertible_to<Other, std::string> ||
                                                        std::same_as<Other, std::nullptr_t>)) text_field(Other no_text)
    = delete;
    /// As a std::string, it becomes a std::filesystem::path, which is not to be included here.
    template <class Path>
        requires requires { typename Path::string_type; Path::preferred_separator; }
    operator Path() const {
        return Path{static_cast<std::string const&>(*this)};
    }
    // NOLINTEND
};

}  // namespace estima::inline v0_1
