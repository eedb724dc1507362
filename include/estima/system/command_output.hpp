// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// What a command line of the shell printed, and how it ended.
struct command_output {
    std::string text;
    std::string failure;  ///< empty: it ended with exit code 0
};

/// Runs a command line (/bin/sh) with this process's environment, nothing to read, and its errors not shown; ended,
/// with all that it started, after that many seconds.
inline command_output run_command(std::string const& command, double seconds) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {{}, std::strerror(errno)};
    file_descriptor const out{ends[0]};
    file_descriptor in{ends[1]};

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, in.get(), 1);
    ::posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    char shell[] = "sh", option[] = "-c";
    std::string line = command;
    char* const argv[] = {shell, option, line.data(), nullptr};
    pid_t pid = 0;
    int const code = ::posix_spawn(&pid, "/bin/sh", &files, &attributes, argv, environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    if (code != 0) return {{}, std::strerror(code)};
    in.reset();

    command_output made;
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
    for (char buffer[4096];;) {
        auto const left =
            std::chrono::duration<double, std::milli>(deadline - std::chrono::steady_clock::now()).count();
        pollfd ready{.fd = out.get(), .events = POLLIN, .revents = 0};
        int const count = left > 0 ? ::poll(&ready, 1, static_cast<int>(left) + 1) : 0;
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            made.failure = "it took longer than " + std::to_string(static_cast<int>(seconds)) + " s";
            ::kill(-pid, SIGKILL);
            break;
        }
        ssize_t const n = ::read(out.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        made.text.append(buffer, static_cast<std::size_t>(n));
    }
    int status = 0;
    pid_t ended = 0;
    do ended = ::waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended == pid && made.failure.empty()) {
        if (WIFSIGNALED(status))
            made.failure = "it was ended by " + signal_name(WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
            made.failure = "it ended with exit code " + std::to_string(WEXITSTATUS(status));
    }
    return made;
}

}  // namespace estima::inline v0_1
