// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Calls `take(line, is_ended, begin)` for each line of an open file from byte `offset` on, where a line begins, until
/// it returns false: without its newline, `begin` being its first byte. It holds one line in memory at a time, and
/// reads up to `piece` bytes at once, 64 kB at most. Lines of more than `longest` bytes are passed over, and not kept
/// in memory. The last line is not ended if it has no newline: it may be whole, torn or begun. EST-301, with the file's
/// name, if it cannot be read.
template <class Take>
void for_each_line_from(int fd, std::filesystem::path const& file, std::uint64_t offset, std::size_t piece_size,
                        Take take, std::size_t longest = std::string::npos) {
    std::string begun;         // of a line that goes on in the next piece
    std::uint64_t let_go = 0;  // bytes of one that is too long
    std::uint64_t begin = offset;
    char buffer[65536];
    for (;;) {
        ssize_t const n = ::pread(fd, buffer, std::min(piece_size, sizeof buffer), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_file_error("cannot read", file);
        if (n == 0) break;
        std::string_view piece{buffer, static_cast<std::size_t>(n)};
        offset += piece.size();
        for (std::size_t end; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
            std::string_view line = piece.substr(0, end);
            if (!begun.empty()) line = begun.append(line);
            std::uint64_t const its = begin;
            begin += let_go + line.size() + 1;
            bool const is_too_long = std::exchange(let_go, 0) > 0 || line.size() > longest;
            if (!is_too_long && !take(line, true, its)) return;
            begun.clear();
        }
        begun.append(piece);
        if (begun.size() <= longest) continue;
        let_go += begun.size();
        begun.clear();
    }
    if (!begun.empty() && let_go == 0) take(std::string_view{begun}, false, begin);
}

/// The same for a whole file: `take(line, is_ended)`.
template <class Take>
void for_each_line(std::filesystem::path const& file, Take take) {
    file_descriptor const fd = open_file(file, O_RDONLY);
    for_each_line_from(fd.get(), file, 0, 65536, [&take](std::string_view line, bool is_ended, std::uint64_t) {
        take(line, is_ended);
        return true;
    });
}

}  // namespace estima::inline v0_1
