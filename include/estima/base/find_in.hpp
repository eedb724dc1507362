// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace estima::inline v0_1 {

/// Where `part` is in a text first; npos if it is not there. For what the compiler works out: with -fsanitize=undefined
/// g++ 12 takes std::string_view's own searches in a template's argument for no constants.
constexpr std::size_t find_in(std::string_view text, std::string_view part) {
    for (std::size_t at = 0; at + part.size() <= text.size(); ++at)
        if (text.substr(at, part.size()) == part) return at;
    return std::string_view::npos;
}
constexpr std::size_t find_in(std::string_view text, char one) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] == one) return at;
    return std::string_view::npos;
}
/// The last place.
constexpr std::size_t find_last_in(std::string_view text, char one) {
    for (std::size_t at = text.size(); at-- > 0;)
        if (text[at] == one) return at;
    return std::string_view::npos;
}
/// The first place of any of `several`.
constexpr std::size_t find_any_in(std::string_view text, std::string_view several) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (find_in(several, text[at]) != std::string_view::npos) return at;
    return std::string_view::npos;
}

}  // namespace estima::inline v0_1
