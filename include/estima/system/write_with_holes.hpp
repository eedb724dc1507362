// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// Writes a new file from its begin to its end. Blocks of nothing but zeros become holes, which take no room.
class write_with_holes {
public:
    /// The descriptor stays the caller's.
    explicit write_with_holes(int fd) : fd_{fd} {}

    /// Further bytes; errno and false if they cannot be written.
    bool write(std::string_view bytes) noexcept {
        while (!bytes.empty()) {
            std::size_t size = part_of(bytes);
            bool const is_hole = is_nothing(bytes.substr(0, size));
            while (!is_hole && size < bytes.size()) {  // what is no hole is written at once
                std::size_t const more = std::min<std::size_t>(block, bytes.size() - size);
                if (is_nothing(bytes.substr(size, more))) break;
                size += more;
            }
            if (!is_hole && !write_all_at(fd_, bytes.substr(0, size), at_)) return false;
            at_ += size;
            bytes.remove_prefix(size);
        }
        return true;
    }

    /// Gives the file its size; errno and false if it cannot.
    bool finish() noexcept { return ::ftruncate(fd_, static_cast<off_t>(at_)) == 0; }

private:
    static constexpr std::size_t block = 4096;

    /// Up to the end of a block of the file.
    std::size_t part_of(std::string_view bytes) const noexcept {
        return std::min(bytes.size(), block - static_cast<std::size_t>(at_ % block));
    }
    static bool is_nothing(std::string_view bytes) noexcept {
        return bytes.size() == block && bytes.find_first_not_of('\0') == std::string_view::npos;
    }

    int fd_;
    std::uint64_t at_ = 0;
};

}  // namespace estima::inline v0_1::detail
