// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Calls `take(line, is_ended)` for each line of a file, without its newline, and holds one line in memory at a time.
/// The last one is not ended if it has no newline: it may be whole, torn or begun. EST-301 if the file cannot be read.
template <class Take>
void for_each_line(std::filesystem::path const& file, Take take) {
    file_descriptor const fd = open_file(file, O_RDONLY);
    std::string begun;  // of a line that goes on in the next piece
    char buffer[65536];
    for (;;) {
        ssize_t const n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_file_error("cannot read", file);
        if (n == 0) break;
        std::string_view piece{buffer, static_cast<std::size_t>(n)};
        for (std::size_t end; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
            if (begun.empty()) {
                take(piece.substr(0, end), true);
            } else {
                take(std::string_view{begun.append(piece.substr(0, end))}, true);
                begun.clear();
            }
        }
        begun.append(piece);
    }
    if (!begun.empty()) take(std::string_view{begun}, false);
}

}  // namespace estima::inline v0_1
