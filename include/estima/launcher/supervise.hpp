// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/launcher/supervisor.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

struct supervise_options {
    std::filesystem::path run{};  ///< the run's directory
    std::string launcher{};       ///< this program
    std::string mpirun{};         ///< left out: $ESTIMA_MPIRUN or the one in PATH
    int lock_fd = -1;             ///< the run's lock, taken by the submitting program; -1: taken here
    bool foreground = false;      ///< stay a child of who started it, and return when the run is over
};

namespace detail {
/// Takes the lock, unless it was handed over. EST-404 if another supervisor has it.
inline file_descriptor take_run_lock(run_directory const& run, int handed_over) {
    if (handed_over >= 0) {
        ::fcntl(handed_over, F_SETFD, FD_CLOEXEC);
        return file_descriptor{handed_over};
    }
    file_descriptor lock = open_file(run.lock(), O_RDWR | O_CREAT);
    // Of a job's run nobody's lock says anything: its submitter's may still be held, or that of a host that is lost.
    // Slurm starts a job once.
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && !slurm_allocation::of(run))
        throw error{
            "EST-404",
            {.what = "the run is supervised already", .where = run.lock().string(), .why = std::strerror(errno)}};
    return lock;
}

/// Nothing of the submitting program may live on in the supervisor: an end of a pipe would keep its reader waiting.
inline void close_inherited(int keep) {
    if (keep > 3) ::syscall(SYS_close_range, 3U, static_cast<unsigned>(keep - 1), 0U);
    close_all_from(std::max(keep + 1, 3));
}

/// In the first of the two processes: waits for the word of the second, that it is on its own feet.
inline int wait_until_ready(int ready) {
    char word = 0;
    ssize_t n = 0;
    do n = ::read(ready, &word, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : 1;
}

inline int supervise_here(supervise_options const& options, run_directory const& run, file_descriptor const& lock,
                          int ready) {
    try {
        if (is_terminal(journal{run.journal()}.record().status))
            throw error{"EST-407", {.what = "the run is over", .where = run.path.string()}};
        (void)lock;  // held until this process ends
        // A job is over like its run: others may depend on it.
        bool const is_job = slurm_allocation::of(run).has_value();
        for (bool is_first = true;; is_first = false) {
            supervisor s{run, options.launcher, options.mpirun};
            if (is_first && ready >= 0) {
                (void)!::write(ready, "r", 1);
                ::close(ready);
            }
            bool const told = s.run();
            if (s.has_next_attempt()) continue;
            return told && (!is_job || journal{run.journal()}.record().status == run_status::completed) ? 0 : 1;
        }
    } catch (std::exception const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
}  // namespace detail

/// `estima-launch supervise`: a process of its own leads the run to its end, detached from the terminal, the session
/// and the life of who started it. The first process returns 0 as soon as the second is set up. The exit code is 1,
/// and standard error says why, if it cannot be.
inline int supervise(supervise_options const& options) {
    run_directory const run{absolute_path(options.run).lexically_normal()};
    detail::close_inherited(options.lock_fd);
    file_descriptor const lock = detail::take_run_lock(run, options.lock_fd);
    if (options.foreground) return detail::supervise_here(options, run, lock, -1);

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw error{"EST-406", {.what = "cannot make a pipe", .why = std::strerror(errno)}};
    file_descriptor const is_ready{ends[0]};
    file_descriptor ready{ends[1]};
    pid_t const pid = ::fork();
    if (pid < 0) throw error{"EST-406", {.what = "cannot start a process", .why = std::strerror(errno)}};
    if (pid > 0) {
        ready.reset();
        return detail::wait_until_ready(is_ready.get());
    }
    ::setsid();
    (void)!::chdir("/");  // it must not keep the submitting program's folder busy
    return detail::supervise_here(options, run, lock, ready.release());
}

}  // namespace estima::inline v0_1
