// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// A writer that is killed, or whose disk is full, can leave a line without its end. The next writer closes it by this
/// character (CAN, which JSON has nowhere) and a newline: so a reader knows that nobody was told the line is kept, and
/// passes over it without counting it as damage.
inline constexpr char torn_line_mark = '\x18';

/// A line as it was before it was closed so; any other line as it is.
constexpr std::string_view without_torn_mark(std::string_view line) {
    return line.ends_with(torn_line_mark) ? line.substr(0, line.size() - 1) : line;
}

/// What a writer puts in front of its line where the one before has no end.
inline constexpr std::string_view end_of_torn_line{"\x18\n", 2};

/// Whether a regular file ends in a line without its end. False if that cannot be seen.
inline bool ends_in_torn_line(int fd) noexcept {
    struct stat status {};
    char last = '\n';
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
           ::pread(fd, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

/// Closes the last line of a file whose writers do not live any more, if it has no end: the next writer, who may not
/// look, then begins a line of its own. False if that cannot be done.
inline bool close_torn_line(char const* file) noexcept {
    file_descriptor const fd{::open(file, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)};
    if (!fd) return false;
    auto const bytes = static_cast<ssize_t>(end_of_torn_line.size());
    return !ends_in_torn_line(fd.get()) || ::write(fd.get(), end_of_torn_line.data(), end_of_torn_line.size()) == bytes;
}

}  // namespace estima::inline v0_1
