// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

#include <estima/launcher/worker.hpp>

namespace estima::inline v0_1 {

/// Starts the worker of a run with one process as a child of this process; its pid. EST-406 if there is no process.
inline pid_t fork_worker(run_directory const& run, launch_plan const& plan) {
    pid_t const parent = ::getpid();
    pid_t const pid = ::fork();
    if (pid < 0) throw error{"EST-406", {.what = "cannot start a process", .why = std::strerror(errno)}};
    if (pid > 0) return pid;
    close_all_from(3);  // the lock of the run above all: it tells whether the supervisor lives
    ::setpgid(0, 0);    // outlives a signal to the supervisor's group, to end what is below it
    int code = 125;
    try {
        code = worker{run, 0, parent}.run(plan);
    } catch (std::exception const& e) {
        std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(code);
}

}  // namespace estima::inline v0_1
