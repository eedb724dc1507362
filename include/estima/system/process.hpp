// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// When a process was started, in the kernel's ticks since boot (field 22 of /proc/PID/stat); 0 if there is none. With
/// the pid it names a process for ever: a later process with the same pid has another start.
inline std::uint64_t process_start_ticks(pid_t pid) {
    file_descriptor const fd{::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return 0;
    char buffer[1024];
    ssize_t const n = ::read(fd.get(), buffer, sizeof buffer - 1);
    if (n <= 0) return 0;
    buffer[n] = '\0';
    std::string_view text{buffer, static_cast<std::size_t>(n)};
    std::size_t place = text.rfind(')');  // the name before it may hold blanks and parentheses
    for (int field = 2; field < 22 && place != std::string_view::npos; ++field) place = text.find(' ', place + 1);
    return place == std::string_view::npos ? 0 : std::strtoull(buffer + place, nullptr, 10);
}

/// A descriptor that becomes readable when that process ends; none if it has ended already or cannot be watched.
inline file_descriptor open_pidfd(pid_t pid, std::uint64_t start_ticks) {
    if (pid <= 0) return {};
    file_descriptor fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    // Asked after the opening: from here on the descriptor means one process, and this says whether it is ours.
    if (fd && process_start_ticks(pid) != start_ticks) fd.reset();
    return fd;
}

}  // namespace estima::inline v0_1
