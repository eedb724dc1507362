// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include <estima/history/change_log.hpp>
#include <estima/history/run_id.hpp>
#include <estima/index/byte_codec.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1::detail {

/// What changes.log tells since an offset.
struct log_news {
    std::set<std::string> ids{};
    std::int64_t offset = 0, check = 0;
    bool is_replaced = false;  ///< it is not the log that was read before
};

/// Tells one start of a machine from another.
inline std::string boot_id() {
    file_descriptor const fd{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
    char text[36];
    ssize_t const n = fd ? ::read(fd.get(), text, sizeof text) : 0;
    return {text, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
}

inline file_descriptor open_change_log(std::filesystem::path const& workspace) {
    return file_descriptor{::open(change_log{workspace}.path().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
}

inline std::string read_part(int fd, std::int64_t from, std::int64_t to) {
    std::string bytes(static_cast<std::size_t>(to - from), '\0');
    std::size_t size = 0;
    for (ssize_t n = 1; size < bytes.size() && n > 0; size += static_cast<std::size_t>(std::max<ssize_t>(n, 0)))
        n = ::pread(fd, bytes.data() + size, bytes.size() - size, static_cast<off_t>(from) + static_cast<off_t>(size));
    bytes.resize(size);
    return bytes;
}

/// Of the last bytes: tells whether these are the ones that were read before.
inline std::int64_t end_check(std::string_view bytes) {
    bytes.remove_prefix(bytes.size() - std::min<std::size_t>(bytes.size(), 64));
    return static_cast<std::int64_t>(checksum_of(bytes));
}

/// What is new in changes.log. A line without an end is not there yet.
inline log_news read_change_log(std::filesystem::path const& workspace, std::int64_t offset, std::int64_t check) {
    log_news news{.ids = {}, .offset = offset, .check = check};
    file_descriptor const fd = open_change_log(workspace);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || status.st_size < offset) {
        news.is_replaced = offset != 0;
        return news;
    }
    if (status.st_size == offset) return news;
    std::int64_t const before = std::min<std::int64_t>(offset, 64);
    std::string const bytes = read_part(fd.get(), offset - before, status.st_size);
    std::string_view const all{bytes};
    std::size_t const known = static_cast<std::size_t>(before);
    if (all.size() < known || (offset != 0 && end_check(all.substr(0, known)) != check)) {
        news.is_replaced = true;
        return news;
    }
    std::size_t const end = all.rfind('\n');
    if (end == std::string_view::npos || end < known) return news;
    for (std::string_view rest = all.substr(known, end + 1 - known); !rest.empty();) {
        std::size_t const length = rest.find('\n');
        if (is_run_id(rest.substr(0, length))) news.ids.emplace(rest.substr(0, length));
        rest.remove_prefix(length + 1);
    }
    news.offset = offset - before + static_cast<std::int64_t>(end) + 1;
    news.check = end_check(all.substr(0, end + 1));
    return news;
}

/// Its end, with no ids.
inline log_news change_log_end(std::filesystem::path const& workspace) {
    log_news news;
    file_descriptor const fd = open_change_log(workspace);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return news;
    std::int64_t const from = std::max<std::int64_t>(status.st_size - 4096, 0);
    std::string const bytes = read_part(fd.get(), from, status.st_size);
    std::size_t const end = bytes.rfind('\n');
    if (end == std::string::npos) return news;
    news.offset = from + static_cast<std::int64_t>(end) + 1;
    news.check = end_check(std::string_view{bytes}.substr(0, end + 1));
    return news;
}

}  // namespace estima::inline v0_1::detail
