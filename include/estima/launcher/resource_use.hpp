// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// What a process and all below it used until now, as the kernel counts it.
struct resource_use {
    double cpu_seconds = 0;            ///< user and system, those included that have ended and were waited for
    std::uint64_t memory_bytes = 0;    ///< resident now; what several of them share counts for each
    std::uint64_t read_bytes = 0;      ///< from disks, not from the page cache; 0 where that may not be looked at
    std::uint64_t written_bytes = 0;
    int processes = 0;                 ///< that live; 0: it has ended
};

namespace detail {
/// The number behind `key` in a file of lines "key: number", such as /proc/PID/io.
inline std::uint64_t number_behind(std::string_view text, std::string_view key) {
    std::size_t const place = text.find(key);
    return place == std::string_view::npos ? 0 : std::strtoull(text.data() + place + key.size(), nullptr, 10);
}

inline void add_use_of(pid_t pid, resource_use& all) {
    static double const ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    static auto const page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::string const folder = "/proc/" + std::to_string(pid);
    std::string const stat = read_proc(folder + "/stat");
    std::size_t const name_end = stat.rfind(')');  // the name may hold blanks and parentheses
    if (name_end == std::string::npos) return;
    // As proc(5) counts them, the third field comes first here: 14 to 17 are ticks of the processor, 24 is in pages.
    std::istringstream fields{stat.substr(name_end + 1)};
    std::vector<std::string> const from_third{std::istream_iterator<std::string>{fields}, {}};
    if (from_third.size() < 22 || from_third[0] == "Z") return;
    double ticks = 0;
    for (std::size_t i = 11; i < 15; ++i) ticks += std::strtod(from_third[i].c_str(), nullptr);
    all.cpu_seconds += ticks / ticks_a_second;
    all.memory_bytes += std::strtoull(from_third[21].c_str(), nullptr, 10) * page_bytes;
    std::string const io = read_proc(folder + "/io");
    all.read_bytes += number_behind(io, "\nread_bytes: ");
    all.written_bytes += number_behind(io, "\nwrite_bytes: ");
    ++all.processes;
}
}  // namespace detail

/// A few microseconds for each process.
inline resource_use resources_used_by(pid_t root) {
    resource_use all;
    detail::add_use_of(root, all);
    for (pid_t const pid : living_descendants_of(root, [](pid_t) { return false; })) detail::add_use_of(pid, all);
    return all;
}

}  // namespace estima::inline v0_1
