// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace estima::inline v0_1::detail {

/// Tells whether bytes are as they were written. Not against malice: whoever may write what is checked may write
/// anything.
inline std::uint64_t checksum_of(std::string_view bytes) {
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15ULL;
    auto mix = [](std::uint64_t& sum, std::uint64_t word) {
        sum = (sum ^ word) * factor;
        sum ^= sum >> 29U;
    };
    // Four sums side by side: the processor need not wait for one product to begin the next.
    std::uint64_t sums[4] = {bytes.size() * factor, 1, 2, 3};
    for (; bytes.size() >= 32; bytes.remove_prefix(32)) {
        std::uint64_t words[4];
        std::memcpy(words, bytes.data(), 32);
        for (int i = 0; i < 4; ++i) mix(sums[i], words[i]);
    }
    std::uint64_t last[4] = {};
    if (!bytes.empty()) std::memcpy(last, bytes.data(), bytes.size());
    for (int i = 0; i < 4; ++i) mix(sums[i], last[i]);
    for (int i = 1; i < 4; ++i) mix(sums[0], sums[i]);
    return sums[0];
}

}  // namespace estima::inline v0_1::detail
