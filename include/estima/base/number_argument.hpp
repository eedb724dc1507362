// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1::detail {

/// A number in a policy, `node_count<2>`. It converts from anything, so that what is no whole number is told by a rule,
/// and only by that. One member, since compilers print all.
struct number_argument {
    static constexpr int none = -2147483647 - 1;
    int value = none;

    constexpr number_argument(int number) : value{number} {}  // NOLINT: implicit, as all that are here
    constexpr number_argument(bool) {}                           // NOLINT: no number, nor is a character
    constexpr number_argument(char) {}                           // NOLINT
    template <class Other>
    constexpr number_argument(Other) {}  // NOLINT
    /// Of another type of whole numbers, or an enum: what can be shifted.
    template <class Other>
        requires requires(Other other) { other << 1; }
    constexpr number_argument(Other number)  // NOLINT
        : value{static_cast<Other>(static_cast<int>(number)) == number ? static_cast<int>(number) : none} {}
    constexpr bool is_whole() const { return value != none; }
    constexpr bool operator==(number_argument const&) const = default;
};

}  // namespace estima::inline v0_1::detail
