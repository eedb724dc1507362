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

inline namespace literals {
constexpr bytes operator""_B(unsigned long long n) { return bytes{n}; }
constexpr bytes operator""_KiB(unsigned long long n) { return bytes{n << 10}; }
constexpr bytes operator""_MiB(unsigned long long n) { return bytes{n << 20}; }
constexpr bytes operator""_GiB(unsigned long long n) { return bytes{n << 30}; }
}  // namespace literals

}  // namespace estima::inline v0_1
