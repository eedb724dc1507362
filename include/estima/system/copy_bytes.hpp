// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace estima::inline v0_1::detail {

/// Copies bytes of a file to the same places of another, with what the system has for it: shared extents where the file
/// system can (reflink), else without a way through this process, else through a buffer. Holes stay holes.
class byte_copier {
public:
    enum class outcome { copied, cannot_read, cannot_write };  ///< the last two with errno

    byte_copier(int in, int out) : in_{in}, out_{out} {}

    /// Shares all of the file's extents with an empty file; false if these file systems cannot.
    bool share() noexcept { return ::ioctl(out_, FICLONE, in_) == 0; }

    /// Copies up to `at_most` bytes from `at` on and moves `at` behind them; at the end of the file it stays.
    outcome copy(std::uint64_t& at, std::uint64_t end) noexcept {
        off_t const data = has_holes_ ? ::lseek(in_, static_cast<off_t>(at), SEEK_DATA) : -1;
        off_t next = data;
        if (data < 0 && has_holes_ && errno == ENXIO) next = ::lseek(in_, 0, SEEK_END);  // a hole is left, or nothing
        else if (data < 0) has_holes_ = false;
        if (next > static_cast<off_t>(at)) {
            at = std::min(end, static_cast<std::uint64_t>(next));
            if (::ftruncate(out_, static_cast<off_t>(at)) != 0) return outcome::cannot_write;
        }
        if (data < 0 && has_holes_) return outcome::copied;
        while (at < end) {
            std::uint64_t const before = at;
            outcome const o = by_system_ ? with_system(at, end) : with_buffer(at, end);
            if (o != outcome::copied || at == before) return o;
        }
        return outcome::copied;
    }

private:
    outcome with_system(std::uint64_t& at, std::uint64_t end) noexcept {
        ssize_t n = 0;
        do {
            off_t from = static_cast<off_t>(at), to = from;
            n = ::copy_file_range(in_, &from, out_, &to, end - at, 0);
        } while (n < 0 && errno == EINTR);
        if (n > 0) at += static_cast<std::uint64_t>(n);
        if (n > 0) return outcome::copied;
        if (n < 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) return outcome::cannot_write;
        by_system_ = false;  // some file systems cannot, and some say that there is nothing: a read knows
        return with_buffer(at, end);
    }

    outcome with_buffer(std::uint64_t& at, std::uint64_t end) noexcept {
        char buffer[64 * 1024];
        ssize_t n = 0;
        do n = ::pread(in_, buffer, std::min<std::uint64_t>(sizeof buffer, end - at), static_cast<off_t>(at));
        while (n < 0 && errno == EINTR);
        if (n < 0) return outcome::cannot_read;
        for (char const *place = buffer, *const last = buffer + n; place < last;) {
            std::size_t const left = static_cast<std::size_t>(last - place);
            ssize_t const written = ::pwrite(out_, place, left, static_cast<off_t>(at));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return outcome::cannot_write;
            place += written;
            at += static_cast<std::uint64_t>(written);
        }
        return outcome::copied;
    }

    int in_, out_;
    bool by_system_ = true, has_holes_ = true;
};

}  // namespace estima::inline v0_1::detail
