// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include <estima/system/files.hpp>
#include <estima/tracking/point_format.hpp>

namespace estima::inline v0_1::detail {

/// As many bytes as there are of those; EST-301.
inline std::size_t read_as_far(int fd, std::filesystem::path const& name, std::uint64_t at, char* to,
                               std::size_t size) {
    for (std::size_t done = 0; done < size;) {
        ssize_t const n = ::pread(fd, to + done, size - done, static_cast<off_t>(at + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_file_error("cannot read", name);
        if (n == 0) return done;
        done += static_cast<std::size_t>(n);
    }
    return size;
}

/// Makes the copy of a points file right that was taken while its process logged: points that the copy may have half of
/// are taken out of it. What was published when the copy began is in it.
///
/// A point whose word is in the copy is whole when it is read after that. A name is read again as it is: a point that
/// stays in the copy was published after its name, and before this begins.
inline void mend_copied_points(int source, int copy, std::filesystem::path const& name) {
    constexpr std::size_t pages_at_once = 64;
    std::vector<point_page> early(pages_at_once), late(pages_at_once);
    for (std::uint64_t at = point_page_size;;) {
        std::size_t const wanted = pages_at_once * point_page_size;
        std::size_t const there = read_as_far(copy, name, at, reinterpret_cast<char*>(early.data()), wanted);
        std::size_t const again = read_as_far(source, name, at, reinterpret_cast<char*>(late.data()), there);
        std::size_t const pages = std::min(there, again) / point_page_size;
        for (std::size_t p = 0; p < pages; ++p)
            for (std::size_t i = 0; i < point_page::slot_count; ++i) {
                point_slot& slot = late[p].slots[i];
                if (name_of_word(slot.word) != 0 && slot.word != early[p].slots[i].word) slot = {};
            }
        std::string_view const bytes{reinterpret_cast<char const*>(late.data()), pages * point_page_size};
        if (::lseek(copy, static_cast<off_t>(at), SEEK_SET) < 0 || !write_all(copy, bytes))
            throw_file_error("cannot write", name);
        at += bytes.size();
        if (there < wanted) return;
    }
}

}  // namespace estima::inline v0_1::detail
