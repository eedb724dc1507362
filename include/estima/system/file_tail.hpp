// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/utf8.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline std::string shortened_line(std::string_view line, bool front_is_missing) {
    constexpr std::size_t longest = 2000;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (front_is_missing) {
        if (line.size() > longest) line.remove_prefix(line.size() - longest);
        return "[the start of this line is left out] " + valid_utf8(line);
    }
    if (line.size() <= longest) return valid_utf8(line);
    return valid_utf8(line.substr(0, longest)) + " [" + std::to_string(line.size() - longest) + " bytes are left out]";
}
}  // namespace detail

/// The last lines of a file, as valid UTF-8, each shortened to about 2,000 bytes (it says so). However long the file
/// and its lines are, 128 KiB of it are read at most. Empty if there is no such file.
inline std::vector<std::string> last_lines(std::string const& path, std::size_t count) {
    constexpr off_t read_at_most = 128 * 1024;
    std::vector<std::string> lines;
    file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return lines;
    off_t const start = status.st_size > read_at_most ? status.st_size - read_at_most : 0;
    std::string bytes(static_cast<std::size_t>(status.st_size - start), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        ssize_t const n = ::pread(fd.get(), bytes.data() + done, bytes.size() - done, start + static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    std::string_view rest{bytes.data(), done};
    if (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
    while (lines.size() < count) {
        std::size_t const end = rest.rfind('\n');
        bool const is_first = end == std::string_view::npos;
        lines.insert(lines.begin(),
                     detail::shortened_line(is_first ? rest : rest.substr(end + 1), is_first && start > 0));
        if (is_first) break;
        rest = rest.substr(0, end);
    }
    return lines;
}

}  // namespace estima::inline v0_1
