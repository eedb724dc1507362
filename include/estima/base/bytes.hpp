// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// A size in bytes. Made by a literal (`2_GiB`) or `bytes{n}`; a bare number does not convert.
struct bytes {
    unsigned long long value = 0;

    constexpr bytes() = default;
    constexpr explicit bytes(unsigned long long number) : value{number} {}
    constexpr bool operator==(bytes const&) const = default;
};

namespace detail {
/// The most there is. No constant: where the compiler asks, it is an error, and the name says why.
inline bytes more_bytes_than_a_number_can_hold() { return bytes{~0ULL}; }

constexpr bytes nearest_bytes(long double n, unsigned long long unit) {
    long double const all = n * static_cast<long double>(unit);
    return all < 18e18L ? bytes{static_cast<unsigned long long>(all + 0.5L)} : more_bytes_than_a_number_can_hold();
}
}  // namespace detail

inline namespace literals {
constexpr bytes operator""_B(unsigned long long n) { return bytes{n}; }
constexpr bytes operator""_KiB(unsigned long long n) {
    return n >> 54 == 0 ? bytes{n << 10} : detail::more_bytes_than_a_number_can_hold();
}
constexpr bytes operator""_MiB(unsigned long long n) {
    return n >> 44 == 0 ? bytes{n << 20} : detail::more_bytes_than_a_number_can_hold();
}
constexpr bytes operator""_GiB(unsigned long long n) {
    return n >> 34 == 0 ? bytes{n << 30} : detail::more_bytes_than_a_number_can_hold();
}
// 1.5_GiB, to the nearest byte
constexpr bytes operator""_KiB(long double n) { return detail::nearest_bytes(n, 1ULL << 10); }
constexpr bytes operator""_MiB(long double n) { return detail::nearest_bytes(n, 1ULL << 20); }
constexpr bytes operator""_GiB(long double n) { return detail::nearest_bytes(n, 1ULL << 30); }
}  // namespace literals

}  // namespace estima::inline v0_1
