// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace estima::inline v0_1::detail {

/// Reads so many bytes of a file from there on; false if there are fewer, or they cannot be read.
inline bool read_all_at(int fd, std::uint64_t offset, void* to, std::size_t size) noexcept {
    for (std::size_t done = 0; done < size;) {
        ssize_t const n = ::pread(fd, static_cast<char*>(to) + done, size - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

}  // namespace estima::inline v0_1::detail
