// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A small file of /proc, empty if it is not there any more.
inline std::string read_proc(std::string const& path) {
    std::string text;
    file_descriptor const fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    char buffer[4096];
    while (fd) {
        ssize_t const n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
}

/// The entries of a directory that are numbers: processes of /proc, threads of /proc/PID/task.
inline std::vector<pid_t> numbers_in(std::string const& directory) {
    std::vector<pid_t> numbers;
    struct close_directory {
        void operator()(DIR* d) const noexcept { ::closedir(d); }
    };
    std::unique_ptr<DIR, close_directory> const opened{::opendir(directory.c_str())};
    while (opened) {
        dirent const* const entry = ::readdir(opened.get());
        if (entry == nullptr) break;
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            numbers.push_back(static_cast<pid_t>(std::atol(entry->d_name)));
    }
    return numbers;
}
}  // namespace detail

/// A descriptor that means this process, whatever becomes of its number, and is readable when it has ended; none if it
/// is not there, or if the kernel is older than 5.3.
inline file_descriptor open_pidfd(pid_t pid) {
    return file_descriptor{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
}

/// Closes all descriptors of this process from that number on.
inline void close_all_from(int first) noexcept { ::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U); }

struct process_state {
    char letter = 0;  ///< 'R', 'S', 'Z', ... as in /proc/PID/stat; 0 if there is no such process
    pid_t parent = 0;
    bool is_alive() const { return letter != 0 && letter != 'Z' && letter != 'X'; }
};

inline process_state state_of(pid_t pid) {
    std::string const text = detail::read_proc("/proc/" + std::to_string(pid) + "/stat");
    std::size_t const name_end = text.rfind(')');  // the name may hold blanks and parentheses
    if (name_end == std::string::npos || name_end + 4 >= text.size()) return {};
    return {text[name_end + 2], static_cast<pid_t>(std::atol(text.c_str() + name_end + 4))};
}

/// The processes whose parent this is, those that have ended and wait to be reaped included.
inline std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    std::string const tasks = "/proc/" + std::to_string(parent) + "/task";
    for (pid_t const thread : detail::numbers_in(tasks)) {
        std::string const text = detail::read_proc(tasks + "/" + std::to_string(thread) + "/children");
        for (char const* place = text.c_str();;) {
            char* end = nullptr;
            long const child = std::strtol(place, &end, 10);
            if (end == place) break;
            children.push_back(static_cast<pid_t>(child));
            place = end;
        }
    }
    static bool const kernel_lists_children = ::access("/proc/thread-self/children", R_OK) == 0;
    if (!kernel_lists_children)  // a kernel built without CONFIG_PROC_CHILDREN
        for (pid_t const p : detail::numbers_in("/proc"))
            if (state_of(p).parent == parent) children.push_back(p);
    return children;
}

namespace detail {
/// Whether a process that can be looked at is in the middle of exec: its new memory has no environment yet. Fields of
/// /proc/PID/stat as proc(5) counts them: 9 are the flags (0x200000: a thread of the kernel), 51 is env_end.
inline bool is_in_exec(pid_t pid) {
    std::string const text = read_proc("/proc/" + std::to_string(pid) + "/stat");
    std::size_t const name_end = text.rfind(')');
    if (name_end == std::string::npos) return false;
    std::istringstream fields{text.substr(name_end + 1)};
    std::vector<std::string> const from_third{std::istream_iterator<std::string>{fields}, {}};
    return from_third.size() > 48 && from_third[0] != "Z" && from_third[0] != "X" && from_third[48] == "0" &&
           (std::strtoul(from_third[6].c_str(), nullptr, 10) & 0x200000U) == 0;
}

/// "NAME=value" and a zero for each variable that a process was started with. Empty if there are none, if the process
/// has ended, or if it may not be looked at. A process in the middle of exec is waited for, at most a second.
inline std::string environment_of(pid_t pid) {
    std::string const path = "/proc/" + std::to_string(pid) + "/environ";
    // None is believed when it was found twice outside of exec: exec may have ended after the first look.
    for (int milliseconds = 0, times_seen = 0;;) {
        std::string environment = read_proc(path);
        bool const may_look{file_descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC)}};
        if (!environment.empty() || !may_look || milliseconds == 1000) return environment;
        if (!is_in_exec(pid)) {
            if (++times_seen == 2) return environment;
            continue;
        }
        times_seen = 0;
        ++milliseconds;
        ::poll(nullptr, 0, 1);
    }
}
}  // namespace detail

/// Whether a process was started with this entry ("NAME=value") in its environment.
inline bool was_started_with(pid_t pid, std::string_view entry) {
    std::string const environment = detail::environment_of(pid);
    std::string_view rest = environment;
    while (!rest.empty()) {
        std::size_t const end = std::min(rest.find('\0'), rest.size());
        if (rest.substr(0, end) == entry) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

/// The value that a process was started with; empty if it has none, or may not be looked at.
inline std::string value_started_with(pid_t pid, std::string const& name) {
    std::string const environment = '\0' + detail::environment_of(pid);
    std::string const key = '\0' + name + '=';
    std::size_t const place = environment.find(key);
    if (place == std::string::npos) return {};
    std::size_t const begin = place + key.size();
    return environment.substr(begin, environment.find('\0', begin) - begin);
}

/// Processes of this user that were started with that entry in their environment, this one excepted.
inline std::vector<pid_t> processes_started_with(std::string_view entry) {
    std::vector<pid_t> found;
    for (pid_t const pid : detail::numbers_in("/proc")) {
        struct stat status {};
        if (pid == ::getpid() || ::stat(("/proc/" + std::to_string(pid)).c_str(), &status) != 0) continue;
        if (status.st_uid == ::geteuid() && was_started_with(pid, entry)) found.push_back(pid);
    }
    return found;
}

/// All living processes below `parent`. Where `spare(pid)` holds, that process and what is below it is left out.
template <class Spare>
std::vector<pid_t> living_descendants_of(pid_t parent, Spare const& spare) {
    std::vector<pid_t> found;
    std::vector<pid_t> open = children_of(parent);
    while (!open.empty()) {
        pid_t const pid = open.back();
        open.pop_back();
        if (spare(pid)) continue;
        if (state_of(pid).is_alive()) found.push_back(pid);
        for (pid_t const child : children_of(pid)) open.push_back(child);
    }
    return found;
}

}  // namespace estima::inline v0_1
