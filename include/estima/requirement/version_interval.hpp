// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/requirement/scanner.hpp>

// How the parsers of this folder decide whether any version satisfies several comparisons. A cut is a place between
// versions; a comparison keeps what lies between two cuts, and a != takes out what lies between two.
// The type of the cuts has lowest(), highest() and compare_cuts(a, b).
namespace estima::inline v0_1::requirement_detail {

/// Of one comparison alone: only what is below something may be below everything. The others need not be worked out.
constexpr bool can_always_hold(std::string_view versions) {
    for (char const c : versions)
        if (c == ',') return false;
    return versions.empty() || is_digit(versions.front()) || is_one_of(versions.front(), "=>!~");
}

template <class Cut>
struct version_interval {
    Cut low = Cut::lowest();
    Cut high = Cut::highest();

    constexpr bool empty() const { return compare_cuts(low, high) >= 0; }
    constexpr void keep(version_interval const& other) {
        if (compare_cuts(other.low, low) > 0) low = other.low;
        if (compare_cuts(other.high, high) < 0) high = other.high;
    }
};

/// Whether `holes` leave anything of `kept`. `holes` is read by `next(version_interval&)`, and copied to be read anew.
template <class Cut, class Holes>
constexpr bool something_is_left(version_interval<Cut> const& kept, Holes const& holes) {
    if (kept.empty()) return false;
    Cut reached = kept.low;
    for (bool moved = true; moved;) {
        moved = false;
        Holes again = holes;
        for (version_interval<Cut> hole; again.next(hole);) {
            if (compare_cuts(hole.low, reached) <= 0 && compare_cuts(hole.high, reached) > 0) {
                reached = hole.high;
                moved = true;
            }
        }
        if (compare_cuts(reached, kept.high) >= 0) return false;
    }
    return true;
}

/// Whether b is a + 1, both without leading zeros.
constexpr bool is_successor(std::string_view a, std::string_view b) {
    std::size_t i = a.size();
    std::size_t j = b.size();
    for (; i > 0 && a[i - 1] == '9'; --i, --j)
        if (j == 0 || b[j - 1] != '0') return false;
    if (i == 0) return j == 1 && b[0] == '1';
    return j == i && b[j - 1] == a[i - 1] + 1 && a.substr(0, i - 1) == b.substr(0, j - 1);
}

/// Compares a, or a + 1 if `a_plus_one`, with b, or b + 1 if `b_plus_one`.
constexpr int compare_numbers(std::string_view a, bool a_plus_one, std::string_view b, bool b_plus_one) {
    int const order = compare_numbers(a, b);
    if (a_plus_one == b_plus_one) return order;
    if (a_plus_one) return order >= 0 ? 1 : is_successor(without_leading_zeros(a), without_leading_zeros(b)) ? 0 : -1;
    return order <= 0 ? -1 : is_successor(without_leading_zeros(b), without_leading_zeros(a)) ? 0 : 1;
}

}  // namespace estima::inline v0_1::requirement_detail
