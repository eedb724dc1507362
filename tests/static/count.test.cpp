// SPDX-License-Identifier: BSL-1.0
// What a number of nodes or processes can be made of. Building this file is the test.
#include <type_traits>

#include <estima/estimator.hpp>

namespace {
using estima::count;

static_assert(count{3U}.value == 3 && count{static_cast<short>(2)}.value == 2 && count{7}.value == 7);
// Not what is left of it in an int.
static_assert(count{(1LL << 32) + 2}.value == 2147483647 && count{18446744073709551615ULL}.value == 2147483647);
static_assert(count{-(1LL << 32) + 2}.is_below_one);

template <class T>
constexpr bool is_none = !std::is_constructible_v<count, T>;
static_assert(is_none<bool> && is_none<char> && is_none<char8_t> && is_none<double> && is_none<char const*>);
}  // namespace
