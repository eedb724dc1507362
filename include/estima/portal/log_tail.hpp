// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <estima/portal/terminal_text.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1::portal {

/// Opens a file that a script may have replaced: never a link, never something that waits, such as a pipe. `size` is
/// set to its size.
inline file_descriptor open_regular(std::filesystem::path const& file, std::uint64_t& size) {
    file_descriptor fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    size = static_cast<std::uint64_t>(status.st_size);
    return fd;
}

/// Reads `length` bytes from `offset`; fewer if the file ends or cannot be read on.
inline std::string read_part(int fd, std::uint64_t offset, std::size_t length) {
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
        ssize_t const n = ::pread(fd, bytes.data() + done, length - done, static_cast<off_t>(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
}

/// The end of a log as a terminal would show it.
struct log_tail {
    std::uint64_t size = 0;  ///< of the whole file, in bytes
    bool whole = true;       ///< nothing was left out at the front
    std::string text{};
};

/// The last lines of a file, 120 or 16 kB of them, whatever its size.
inline log_tail read_log_tail(std::filesystem::path const& file) {
    constexpr std::size_t read_at_most = 64 * 1024, shown = 16 * 1024, lines = 120;
    log_tail tail;
    file_descriptor const fd = open_regular(file, tail.size);
    if (!fd || tail.size == 0) return tail;
    std::uint64_t const start = tail.size > read_at_most ? tail.size - read_at_most : 0;
    tail.whole = start == 0;
    tail.text = terminal_text(read_part(fd.get(), start, static_cast<std::size_t>(tail.size - start)));
    while (!tail.text.empty() && tail.text.back() == '\n') tail.text.pop_back();

    std::size_t from = tail.text.size();
    for (std::size_t n = 0; n < lines && from != std::string::npos && from > 0; ++n)
        from = tail.text.rfind('\n', from - 1);
    from = from == std::string::npos || from == 0 ? 0 : from + 1;
    if (tail.text.size() - from > shown) {
        from = tail.text.size() - shown;
        std::size_t const next = tail.text.find('\n', from);
        if (next != std::string::npos)
            from = next + 1;  // a line that is longer than all of this is cut instead
        else
            while (from < tail.text.size() && (static_cast<unsigned char>(tail.text[from]) & 0xC0U) == 0x80) ++from;
    } else if (from == 0 && !tail.whole) {  // the first line lost its front
        std::size_t const next = tail.text.find('\n');
        if (next != std::string::npos) from = next + 1;
    }
    if (from > 0) tail.whole = false;
    tail.text.erase(0, from);
    return tail;
}

}  // namespace estima::inline v0_1::portal
