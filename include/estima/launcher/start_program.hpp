// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/first_line.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// A program to be started as a child of this process, with a process group of its own, nothing inherited
/// but its environment, and no signal blocked or ignored.
struct program {
    std::vector<std::string> argv;         ///< argv[0] is looked up in the PATH of `environment`
    std::vector<std::string> environment;  ///< all of it: "NAME=value"
    std::string directory;                 ///< where it starts
    std::string output, error_output;      ///< files, appended to
    int signal_if_parent_dies = SIGKILL;
    int input_fd = -1, output_fd = -1;     ///< open descriptors to be its standard input and output instead
};

namespace detail {
inline std::vector<std::string> places_of(program const& p) {
    std::string const& name = p.argv.front();
    if (name.find('/') != std::string::npos) return {name};
    std::string_view path = "/usr/local/bin:/usr/bin:/bin";
    for (std::string_view const entry : p.environment)
        if (entry.starts_with("PATH=")) path = entry.substr(5);
    std::vector<std::string> places;
    for (;;) {
        std::string_view const folder = path.substr(0, path.find(':'));
        places.push_back((folder.empty() ? "." : std::string{folder}) + "/" + name);
        if (folder.size() == path.size()) return places;
        path.remove_prefix(folder.size() + 1);
    }
}

inline error why_not_executed(program const& p, int code) {
    bool const is_path = p.argv.front().find('/') != std::string::npos;
    std::string_view name = p.argv.front();
    if (name.starts_with("./")) name.remove_prefix(2);
    std::string const file =
        is_path && !name.starts_with('/') ? p.directory + "/" + std::string{name} : std::string{name};
    error_text text{.what = "the program " + shown(name) + " cannot be executed",
                    .where = shown(file),
                    .why = std::strerror(code)};
    if (code == ENOENT && is_path && ::access(file.c_str(), F_OK) == 0) {
        std::string const interpreter = interpreter_named_in(file);
        text.why = interpreter.empty()
                       ? "it needs a dynamic linker that this machine does not have"
                       : about_missing_interpreter(interpreter);
        text.remedy = interpreter.empty() ? "build it for this machine, or install that linker (`file` names it)"
                                          : "correct the first line, or install what it names";
        return error{"EST-410", text};
    }
    if (code == ENOENT || code == ENOTDIR) {
        if (!is_path)
            text.why = "it is not in PATH: " + shown(places_of(p).front()) + " and the other places of PATH have none";
        return error{"EST-410", text};
    }
    if (code == EACCES || code == EPERM) {
        text.remedy = "make it executable for this user (chmod +x), on a file system that is not mounted noexec";
        return error{"EST-411", text};
    }
    if (code == E2BIG) {
        std::size_t longest = 0, all = 0;
        for (auto const* const list : {&p.argv, &p.environment})
            for (std::string const& s : *list) {
                longest = std::max(longest, s.size() + 1);
                all += s.size() + 1 + sizeof(char*);
            }
        text.what = "the arguments and environment variables are too long to be passed to a process";
        text.why = "the longest is " + std::to_string(longest) +
                   " bytes (Linux takes 131072, 128 KiB), all together are " + std::to_string(all) +
                   " bytes (a quarter of the limit on the stack, `ulimit -s`)";
        text.remedy = "pass such data in a file of the source directory";
        return error{"EST-412", text};
    }
    if (code == ENOEXEC) {
        text.why = "it is neither a program for this machine nor a script with a #! line";
        text.remedy = "begin the script with a line such as #!/bin/sh, or build the program for this machine";
    }
    return error{"EST-413", text};
}

/// What a child that could not become the program tells its parent.
struct start_failure {
    int code = 0;
    bool in_directory = false;  ///< it could not go there
};

[[noreturn]] inline void fail_start(int report, start_failure failure) noexcept {
    (void)!::write(report, &failure, sizeof failure);
    ::_exit(127);
}
}  // namespace detail

/// Starts it; returns its pid when it runs. Throws EST-410 to EST-413 if it cannot be executed, EST-406 if the system
/// has no process or no directory for it, EST-301 if its output cannot be written.
inline pid_t start_program(program const& p) {
    file_descriptor const input = open_file("/dev/null", O_RDONLY);
    file_descriptor const output =
        p.output_fd < 0 ? open_file(p.output, O_WRONLY | O_APPEND | O_CREAT) : file_descriptor{};
    // In memory, where a vfork leaves them.
    int const standard[2]{p.input_fd < 0 ? input.get() : p.input_fd, p.output_fd < 0 ? output.get() : p.output_fd};
    file_descriptor const error_output = open_file(p.error_output, O_WRONLY | O_APPEND | O_CREAT);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw error{"EST-406", {.what = "cannot start a process", .why = std::strerror(errno)}};
    file_descriptor const failed{ends[0]};
    file_descriptor report{ends[1]};

    std::vector<std::string> const places = detail::places_of(p);
    std::vector<char*> arguments, environment;
    for (std::string const& a : p.argv) arguments.push_back(const_cast<char*>(a.c_str()));
    for (std::string const& v : p.environment) environment.push_back(const_cast<char*>(v.c_str()));
    arguments.push_back(nullptr);
    environment.push_back(nullptr);

    pid_t const parent = ::getpid();
    // vfork: the child runs on this process's memory until it becomes the program, so that nothing has to be copied.
    // It does nothing but system calls.
    pid_t const pid = ::vfork();
    if (pid < 0)
        throw error{"EST-406",
                    {.what = "cannot start a process",
                     .why = std::strerror(errno),
                     .remedy = "see the limits on processes and memory (ulimit -u, cgroup)"}};
    if (pid == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, p.signal_if_parent_dies);
        if (::getppid() != parent) ::_exit(127);  // it died before it was asked to tell
        int const tell = ::fcntl(report.get(), F_DUPFD_CLOEXEC, 10);
        if (::dup2(standard[0], 0) < 0 || ::dup2(standard[1], 1) < 0 || ::dup2(error_output.get(), 2) < 0)
            detail::fail_start(tell, {errno, false});
        ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
        if (!p.directory.empty() && ::chdir(p.directory.c_str()) != 0) detail::fail_start(tell, {errno, true});
        reset_signals();
        int code = ENOENT;
        for (std::string const& place : places) {
            ::execve(place.c_str(), arguments.data(), environment.data());
            if (errno != ENOENT && errno != ENOTDIR) code = errno;
            if (code != ENOENT && code != EACCES) break;
        }
        detail::fail_start(tell, {code, false});
    }
    ::setpgid(pid, pid);
    report.reset();
    detail::start_failure failure;
    ssize_t n = 0;
    do n = ::read(failed.get(), &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    if (n != static_cast<ssize_t>(sizeof failure)) return pid;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (failure.in_directory)
        throw error{"EST-406",
                    {.what = "cannot start a process in " + p.directory, .why = std::strerror(failure.code)}};
    throw detail::why_not_executed(p, failure.code);
}

}  // namespace estima::inline v0_1
