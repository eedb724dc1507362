// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/parsed.hpp>

namespace estima::inline v0_1 {

/// A text of the description that its parser refused, if there is one: where, and why.
struct malformed_text {
    std::string_view text{};
    requirement_fault fault = requirement_fault::none;
    std::size_t position = 0;   ///< bytes from the start, from 0
    std::string_view reason{};

    template <class T>
    static constexpr malformed_text of(std::string_view text, parsed<T> const& result) {
        if (result) return {};
        return {text, result.fault, result.position, result.reason};
    }
    constexpr explicit operator bool() const { return fault != requirement_fault::none; }
    constexpr bool operator==(malformed_text const&) const = default;
};

/// Two entries of a list that name one package; `second` is empty for an entry that is wrong by itself.
struct package_pair {
    std::string_view first{}, second{};

    constexpr explicit operator bool() const { return !first.empty(); }
    constexpr bool operator==(package_pair const&) const = default;
};

/// What the parsers find wrong in a list of packages, the first of each kind.
struct package_list_facts {
    malformed_text malformed{};
    package_pair unsatisfiable{};  ///< no version satisfies both, or the one
    package_pair named_twice{};    ///< some version may satisfy both
    constexpr bool operator==(package_list_facts const&) const = default;
};

/// What the parsers find in the texts of an environment. The parts tell it, so that only those who use them have
/// anything parsed.
struct requirement_facts {
    package_list_facts conda{}, pip{};
    malformed_text image{};
    bool image_may_change = false;  ///< it has neither digest nor tag, or the tag `latest`
    constexpr bool operator==(requirement_facts const&) const = default;
};

}  // namespace estima::inline v0_1
