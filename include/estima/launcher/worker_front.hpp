// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include <estima/base/error.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Runs `work(pid of this process)` in a child that mpirun does not know, and returns what it returns. Signals are
/// handed on.
///
/// An mpirun that ends a job sends SIGTERM and, as soon as any process has ended, SIGKILL: a worker would have no time
/// to end what is below it and to write down how it ended. So mpirun gets this front to kill.
template <class Work>
int run_behind_front(Work const& work) {
    signal_queue signals{SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    file_descriptor const parent = open_pidfd(::getppid());
    bool has_parent = static_cast<bool>(parent);
    pid_t const front = ::getpid();
    pid_t const pid = ::fork();
    if (pid < 0) throw error{"EST-406", {.what = "cannot start a process", .why = std::strerror(errno)}};
    if (pid == 0) {
        ::setpgid(0, 0);  // mpirun kills the whole group
        int code = 125;
        try {
            code = work(front);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        ::_exit(code);
    }
    ::setpgid(pid, pid);
    for (;;) {
        pollfd sources[]{{signals.fd(), POLLIN, 0}, {has_parent ? parent.get() : -1, POLLIN, 0}};
        ::poll(sources, 2, -1);
        if (sources[1].revents != 0) {
            has_parent = false;
            ::kill(pid, SIGTERM);
        }
        while (int const signal = signals.next()) {
            int status = 0;
            if (signal != SIGCHLD)
                ::kill(pid, signal);
            else if (::waitpid(pid, &status, WNOHANG) == pid)
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
}

}  // namespace estima::inline v0_1
