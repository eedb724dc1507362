// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/launcher/descendants.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// How long what a script leaves behind, or what is ended without a time of its own, has between SIGTERM and SIGKILL.
/// Shorter than mpirun's patience with a worker, 1 s.
inline constexpr double short_grace_seconds = 0.5;
/// The same, when a time limit ends a run.
inline constexpr double time_limit_grace_seconds = 5;

/// Starts one process of the script, waits for it, and ends whatever it leaves behind. The journal learns of its start
/// and its end.
///
/// SIGUSR1 asks for the polite end of a cancelled run: the time that the canceller allows is in the journal. Any other
/// of SIGTERM, SIGINT and SIGHUP, and the death of the process that started the worker, ends all within half a second.
class worker {
public:
    /// `parent` is the supervisor or mpirun.
    worker(run_directory run, int rank, pid_t parent)
        : run_{std::move(run)}, rank_{rank}, log_{run_.journal()}, below_{run_.run_id()},
          signals_{SIGCHLD, SIGUSR1, SIGTERM, SIGINT, SIGHUP}, parent_{static_cast<int>(::syscall(SYS_pidfd_open, parent, 0))} {
        if (::getppid() != parent) end_below(short_grace_seconds);
    }

    /// Returns when nothing of the script lives any more: its exit code, or 128 and the number of its signal, so that
    /// mpirun ends the other ranks.
    int run(launch_plan const& plan) {
        begin_ = monotonic_seconds();
        try {
            if (end_at_) return 128 + SIGTERM;
            process_plan const& process = plan.processes.at(static_cast<std::size_t>(rank_));
            script_ = start_program({.argv = process.argv,
                                     .environment = environment_with(process.environment),
                                     .directory = plan.directory,
                                     .output = run_.rank_stdout(rank_).string(),
                                     .error_output = run_.rank_stderr(rank_).string()});
        } catch (error const& e) {
            tell({{"event", "rank_exit"}, {"rank", rank_}, {"host", host_name()}, {"exit_code", 127},
                  {"ended_on_request", false}, {"error", to_json(to_run_error(e))}});
            return 127;
        }
        tell({{"event", "rank_start"}, {"rank", rank_}, {"host", host_name()}, {"pid", script_}});
        while (!is_over()) wait();
        return exit_code_;
    }

private:
    /// A journal that cannot be written must not keep the worker from ending what it started.
    void tell(json event) {
        try {
            log_.append(std::move(event));
        } catch (error const& e) {
            std::fprintf(stderr, "rank %d: %s\n", rank_, e.what());
        }
    }

    bool is_over() {
        bool const has_children = reap();
        if (!ended_) return false;
        if (!has_children) return true;
        std::size_t const left = end_at_ ? (monotonic_seconds() < *end_at_ ? below_.ask() : below_.kill_all()) : below_.ask();
        if (left == 0) return true;  // what lives belongs to other runs
        if (!end_at_) {
            end_at_ = monotonic_seconds() + short_grace_seconds;
            tell({{"event", "warning"},
                  {"message", "the script left " + std::to_string(left) + (left == 1 ? " process" : " processes") +
                                  " running on rank " + std::to_string(rank_) + "; ended"}});
        }
        return monotonic_seconds() > *end_at_ + 5;  // not even the kernel can end it: it waits for a dead disk
    }

    void wait() {
        pollfd sources[]{{signals_.fd(), POLLIN, 0}, {parent_.get(), POLLIN, 0}};
        int timeout = -1;
        if (end_at_) {
            double const left = *end_at_ - monotonic_seconds();
            timeout = left > 0 ? static_cast<int>(std::min(left, 1e6) * 1000) + 1 : 20;
            if (left <= 0) below_.kill_all();
        }
        ::poll(sources, 2, timeout);
        if (sources[1].revents != 0) {
            parent_.reset();
            end_below(short_grace_seconds);
        }
        while (int const signal = signals_.next()) {
            if (signal == SIGUSR1) end_below(polite_grace());
            else if (signal != SIGCHLD) end_below(short_grace_seconds);
        }
    }

    double polite_grace() {
        run_record const& record = log_.record();
        return record.status == run_status::cancel_requested ? record.cancel_grace_seconds : time_limit_grace_seconds;
    }

    void end_below(double grace) {
        double const at = monotonic_seconds() + grace;
        end_at_ = end_at_ ? std::min(*end_at_, at) : at;
        if (!ended_) was_asked_ = true;
        if (grace > 0) below_.ask();
        else below_.kill_all();
    }

    /// Takes the ends of children, the script's and those of orphans. False if there is no child any more.
    bool reap() {
        for (;;) {
            int status = 0;
            rusage used{};
            pid_t const pid = ::wait4(-1, &status, WNOHANG, &used);
            if (pid < 0 && errno == EINTR) continue;
            if (pid == 0) return true;
            if (pid < 0) return false;
            if (pid == script_) record_exit(status, used);
        }
    }

    void record_exit(int status, rusage const& used) {
        ended_ = true;
        exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        auto seconds = [](timeval const& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
        json event{{"event", "rank_exit"}, {"rank", rank_}, {"host", host_name()}, {"ended_on_request", was_asked_},
                   {"wall_seconds", monotonic_seconds() - begin_},
                   {"user_seconds", seconds(used.ru_utime)}, {"system_seconds", seconds(used.ru_stime)},
                   // of the largest process: the script, or one of its children that it waited for
                   {"peak_memory_bytes", static_cast<std::uint64_t>(used.ru_maxrss) * 1024}};
        if (WIFSIGNALED(status)) event["signal"] = signal_name(WTERMSIG(status));
        else event["exit_code"] = WEXITSTATUS(status);
        tell(std::move(event));
    }

    run_directory run_;
    int rank_;
    journal log_;
    descendants below_;
    signal_queue signals_;
    file_descriptor parent_;
    pid_t script_ = -1;
    double begin_ = 0;
    std::optional<double> end_at_{};  // set when all has to end: SIGKILL from then on
    bool was_asked_ = false, ended_ = false;
    int exit_code_ = 0;
};

}  // namespace estima::inline v0_1
