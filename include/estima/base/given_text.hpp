// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// A text as it is given, to be kept as std::string: a literal, std::string, std::string_view, std::filesystem::path.
/// All else is refused by one short error, where the compiler would list the constructors of std::string, or make a
/// text of the null pointer. One that only the running program sees is an empty text.
struct given_text {
    std::string kept;

    given_text(std::string text) noexcept : kept{std::move(text)} {}  // NOLINT: implicit, as all that are here
    given_text(std::string_view text) : kept{text} {}                 // NOLINT
    given_text(char const* text) : kept{text != nullptr ? text : ""} {}  // NOLINT
    given_text(char const* text, std::size_t size) : kept(text, size) {}
    template <class Text>
        requires(std::convertible_to<Text, std::string> && !std::same_as<Text, std::nullptr_t> &&
                 !std::same_as<Text, char*>)
    given_text(Text text) : kept{static_cast<std::string>(std::move(text))} {}  // NOLINT

    /// A number, a single character or a pointer is no text, and a secret does not become one.
    template <class Other>
        requires(!std::convertible_to<Other, std::string> || std::same_as<Other, std::nullptr_t>)
    given_text(Other no_text) = delete;
};

}  // namespace estima::inline v0_1
