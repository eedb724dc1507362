// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/random.h>

#include <cstdint>
#include <cstdio>
#include <string>

namespace estima::inline v0_1::detail {

/// Eight hexadecimal digits from the system's random numbers.
inline std::string random_hex() {
    std::uint32_t bits = 0;
    while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
    }
    char text[9];
    std::snprintf(text, sizeof text, "%08x", bits);
    return text;
}

}  // namespace estima::inline v0_1::detail
