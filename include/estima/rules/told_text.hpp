// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>

// Texts of a description in a compiler's message, where they are printed as part of a type's name.
namespace estima::inline v0_1 {

/// Bytes from the start of the text, from 0.
template <std::size_t Position>
struct at {};

/// A text that its parser refused, where, and why; in words as well, where the compiler prints words.
template <class Text, class Position, requirement_fault Fault, class... Reason>
struct malformed {};

/// No version of a package satisfies these requirements together, or the one.
template <class... Texts>
struct no_version_satisfies {};

// g++ prints a fixed_string as a text. clang 19 does so up to 35 characters: it gets pieces. clang 14 prints the
// numbers of the characters, but a parameter of type char as a character.
#if defined(__clang__) && __clang_major__ < 19
template <char... Characters>
struct text {};

namespace detail {
template <fixed_string Text, std::size_t... Index>
text<Text.text[Index]...> spelt(std::index_sequence<Index...>);
template <fixed_string Text>
using told_text = decltype(spelt<Text>(std::make_index_sequence<Text.view().size()>{}));
template <fixed_string Text, std::size_t Position, requirement_fault Fault, fixed_string>
using told_malformed = malformed<told_text<Text>, at<Position>, Fault>;
}  // namespace detail
#else
template <fixed_string... Pieces>
struct text {};

namespace detail {
#if defined(__clang__)
inline constexpr std::size_t longest_piece = 32;
#else
inline constexpr std::size_t longest_piece = 4096;
#endif
constexpr std::size_t size_of_piece(std::size_t size, std::size_t index) {
    std::size_t const left = size - index * longest_piece;
    return left < longest_piece ? left : longest_piece;
}
template <fixed_string Text, std::size_t Index>
inline constexpr fixed_string<size_of_piece(Text.view().size(), Index) + 1> piece_of{
    Text.view().substr(Index * longest_piece)};
template <fixed_string Text, std::size_t... Index>
text<piece_of<Text, Index>...> spelt(std::index_sequence<Index...>);
template <fixed_string Text>
using told_text =
    decltype(spelt<Text>(std::make_index_sequence<(Text.view().size() + longest_piece) / longest_piece>{}));
template <fixed_string Text, std::size_t Position, requirement_fault Fault, fixed_string Reason>
using told_malformed = malformed<told_text<Text>, at<Position>, Fault, told_text<Reason>>;
}  // namespace detail
#endif

namespace detail {
/// `Find` is a function object that gets from the facts what is to be shown: a malformed_text.
template <class Find, facts const& Facts>
struct shown_malformed {
    static constexpr malformed_text found = Find{}(Facts);
    using type = told_malformed<fixed_string<found.text.size() + 1>{found.text}, found.position, found.fault,
                                fixed_string<found.reason.size() + 1>{found.reason}>;
};

/// What a rule found wrong: one of the texts of a description.
struct found_text {
    std::string_view text{};
    bool is_found = false;
};
/// The same for a text with no more to say of it.
template <class Find, facts const& Facts>
struct shown_text {
    static constexpr std::string_view found = Find{}(Facts).text;
    using type = told_text<fixed_string<found.size() + 1>{found}>;
};

/// The same for a package_pair.
template <class Find, facts const& Facts>
struct shown_pair {
    static constexpr package_pair found = Find{}(Facts);
    using first = told_text<fixed_string<found.first.size() + 1>{found.first}>;
    using type = no_version_satisfies<first, told_text<fixed_string<found.second.size() + 1>{found.second}>>;
};
template <class Find, facts const& Facts>
    requires(Find{}(Facts).second.empty())
struct shown_pair<Find, Facts> {
    static constexpr package_pair found = Find{}(Facts);
    using type = no_version_satisfies<told_text<fixed_string<found.first.size() + 1>{found.first}>>;
};
}  // namespace detail

}  // namespace estima::inline v0_1
