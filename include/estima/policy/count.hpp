// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>
#include <utility>

namespace estima::inline v0_1 {

namespace detail {
template <class T, class... Others>
concept one_of_types = (std::same_as<T, Others> || ...);
/// Integers of all sizes; characters and bool are none.
template <class T>
concept integer_of_any_size = std::integral<T> && !one_of_types<T, bool, char, wchar_t, char8_t, char16_t, char32_t>;
}  // namespace detail

/// A number of nodes or processes. Left out (`{}`) it is not given: a policy then leaves it to the run-time fields,
/// and the fields leave it to the policy; given by neither it is 1, as in Azure ML.
struct count {
    int value = 1;
    bool is_given = false;
    bool is_contradicted = false;  ///< given in two places that disagree
    int elsewhere = 0;             ///< then the number that does not count
    bool is_below_one = false;     ///< in one of them at least

    constexpr count() noexcept {}  // NOLINT: a defaulted one has `{}` set all to 0 first, in each job anew
    constexpr count(int number)
        : value{number}, is_given{true}, is_below_one{number < 1} {}  // NOLINT: implicit, `.node_count = 4`

    /// Of another type of integers. One that no int holds is the nearest that it does, which no cluster has.
    template <detail::integer_of_any_size Other>
    constexpr count(Other number)  // NOLINT: implicit
        : count{std::in_range<int>(number)    ? static_cast<int>(number)
                : std::cmp_less(number, 0) ? std::numeric_limits<int>::min()
                                           : std::numeric_limits<int>::max()} {}

    /// There is no half of a node, nor one that is a text, a character or true.
    template <class Other>
    requires(!detail::integer_of_any_size<Other> &&
             (std::is_arithmetic_v<Other> ||
              !std::convertible_to<Other, int>)) constexpr count(Other no_whole_number) = delete;

    /// Takes in a second place where the number may be given. The last one counts; one below 1 never takes the place of
    /// another, so that what is wrong with both is told.
    constexpr void also(count other) {
        if (!other.is_given) return;
        bool const takes_its_place = !is_given || value < 1 || other.value >= 1;
        if (is_given && value != other.value) {
            is_contradicted = true;
            elsewhere = takes_its_place ? value : other.value;
        }
        if (takes_its_place) value = other.value;
        is_below_one |= other.is_below_one;
        is_given = true;
    }
    constexpr bool operator==(count const&) const = default;
};

}  // namespace estima::inline v0_1
