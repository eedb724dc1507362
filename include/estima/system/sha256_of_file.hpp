// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// SHA-256 of `size` bytes of a file from `offset` on, in memory that does not grow with them; 64 digits. Nothing if
/// they cannot all be read. `seen(bytes)` is called for each piece.
template <class Seen>
std::optional<std::string> sha256_of_range(int fd, std::uint64_t offset, std::uint64_t size, Seen const& seen) {
    constexpr std::size_t piece = 256 * 1024;
    auto const buffer = std::make_unique_for_overwrite<char[]>(piece);
    sha256 hash;
    while (size > 0) {
        auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece));
        ssize_t const n = ::pread(fd, buffer.get(), wanted, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return std::nullopt;
        auto const got = static_cast<std::uint64_t>(n);
        hash.update({buffer.get(), static_cast<std::size_t>(n)});
        offset += got;
        size -= got;
        seen(got);
    }
    return hash.hex_digest();
}

}  // namespace estima::inline v0_1
