// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
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
#include <estima/launcher/environment_query.hpp>
#include <estima/launcher/host_description.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/output_times.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// How long what a script leaves behind, or what is ended without a time of its own, has between SIGTERM and SIGKILL.
inline constexpr double short_grace_seconds = 0.5;
/// The same, when a time limit or the end of the supervisor ends a run.
inline constexpr double time_limit_grace_seconds = 5;

/// How long mpirun's word to end is held back: it says so to all ranks as soon as one has called MPI_Abort, and that
/// one should get to its exit by itself, so that its exit code is known.
inline constexpr double abort_delay_seconds = 0.1;

/// Starts one process of the script, waits for it, and ends whatever it leaves behind. The journal learns of its start
/// and its end.
///
/// SIGUSR1 asks for the polite end of a cancelled run: the time that the canceller allows is in the journal. Any other
/// of SIGTERM, SIGINT and SIGHUP, and the death of the process that started the worker, ends all within half a second.
class worker {
public:
    /// `parent` is the process that started this one: the supervisor, or the front that mpirun started. `delay` is how
    /// long another word to end than SIGUSR1 is held back.
    worker(run_directory run, int rank, pid_t parent, double delay = 0)
        : run_{std::move(run)},
          rank_{rank},
          delay_{delay},
          log_{run_.journal()},
          below_{run_.run_id()},
          signals_{SIGCHLD, SIGUSR1, SIGTERM, SIGINT, SIGHUP},
          parent_{open_pidfd(parent)} {
        if (::getppid() != parent) told_to_end();
    }

    /// The script is a parameter server: it is asked to end when all workers have ended, and that is no failure.
    void end_with_workers(int worker_count) { workers_.emplace(run_, worker_count); }

    /// Returns when nothing of the script lives any more: its exit code, or 128 and the number of its signal, so that
    /// mpirun ends the other ranks.
    int run(launch_plan const& plan) {
        begin_ = monotonic_seconds();
        try {
            if (end_at_) return 128 + SIGTERM;
            process_plan const process = plan.processes.at(static_cast<std::size_t>(rank_));
            script_ = start_program({.argv = process.argv,
                                     .environment = environment_with(process.environment),
                                     .directory = plan.directory,
                                     .output = run_.rank_stdout(rank_).string(),
                                     .error_output = run_.rank_stderr(rank_).string()});
        } catch (error const& e) {
            tell({{"event", "rank_exit"},
                  {"rank", rank_},
                  {"host", host_name()},
                  {"exit_code", 127},
                  {"ended_on_request", false},
                  {"error", to_json(to_run_error(e))}});
            return 127;
        }
        if (plan.processes.size() > 1) times_.emplace(run_, rank_);
        tell({{"event", "rank_start"}, {"rank", rank_}, {"host", host_name()}, {"pid", script_}});
        describe_host(plan);
        while (!is_over()) wait();
        if (times_) times_->note();
        tell_of_rest();
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

    /// One process of each host tells what it is, when its script is on its way.
    void describe_host(launch_plan const& plan) {
        process_plan const& process = plan.processes[static_cast<std::size_t>(rank_)];
        if (process.local_rank != 0) return;
        tell(host_description());
        if (!plan.interpreter.empty()) packages_.emplace(plan.interpreter, environment_with(process.environment));
    }
    void look_at_packages() {
        auto event = packages_->look();
        if (!event) return;
        tell({{"event", "property"}, {"name", "environment_fingerprint"}, {"value", (*event)["fingerprint"]}});
        tell(std::move(*event));
    }

    bool is_over() {
        bool const has_children = reap();
        if (!ended_) return false;
        if (!has_children) return true;
        if (!end_at_) warn_of_what_is_left();
        std::size_t const left = monotonic_seconds() < *end_at_ ? below_.ask() : below_.kill_all();
        // What lives without being one of `left` belongs to other runs. What is there 5 s after SIGKILL waits for a
        // dead disk: not even the kernel can end it.
        return left == 0 || monotonic_seconds() > *end_at_ + 5;
    }

    void warn_of_what_is_left() {
        end_below(0, short_grace_seconds);
        if (std::size_t const left = below_.living().size())
            tell({{"event", "warning"},
                  {"message", "the script left " + std::to_string(left) + (left == 1 ? " process" : " processes") +
                                  " running on rank " + std::to_string(rank_) + "; ended"}});
    }

    void wait() {
        pollfd sources[]{{signals_.fd(), POLLIN, 0},
                         {parent_.get(), POLLIN, 0},
                         {workers_ ? workers_->fd() : -1, POLLIN, 0},
                         {packages_ ? packages_->fd() : -1, POLLIN, 0},
                         {times_ ? times_->fd() : -1, POLLIN, 0}};
        int const left = milliseconds_to_next_step(), rest = times_ ? times_->milliseconds_left() : -1;
        ::poll(sources, 5, left < 0 ? rest : rest < 0 ? left : std::min(left, rest));
        if (sources[3].revents != 0) look_at_packages();
        if (sources[4].revents != 0 || (times_ && times_->is_due())) times_->look();
        if (workers_ && !serves_nobody_ && workers_->came()) {
            serves_nobody_ = true;
            end_below(0, time_limit_grace_seconds);
        }
        if (sources[1].revents != 0) {
            parent_.reset();
            told_to_end();
        }
        while (int const signal = signals_.next()) {
            if (signal == SIGUSR1) {
                end_below(0, polite_grace());
                is_polite_end_ = true;
            } else if (signal != SIGCHLD) {
                told_to_end();
            }
        }
        if (!end_at_) return;
        double const now = monotonic_seconds();
        if (now < *ask_at_) return;
        if (!ended_) was_asked_ = true;
        if (now < *end_at_)
            below_.ask();
        else
            below_.kill_all();
    }

    /// Not during the polite end of a run: mpirun ends all ranks as soon as the first has followed that.
    void told_to_end() {
        if (!is_polite_end_) end_below(delay_, delay_ + short_grace_seconds);
    }

    int milliseconds_to_next_step() const {
        if (!end_at_) return !workers_ ? -1 : workers_->fd() < 0 ? 250 : 1000;  // other hosts' words may wake nobody
        double const now = monotonic_seconds();
        double const left = (ask_at_ && now < *ask_at_ ? *ask_at_ : *end_at_) - now;
        return left > 0 ? static_cast<int>(std::min(left, 1e6) * 1000) + 1 : 20;
    }

    double polite_grace() {
        run_record const& record = log_.record();
        return record.status == run_status::cancel_requested ? record.cancel_grace_seconds : time_limit_grace_seconds;
    }

    /// SIGTERM to all below after `ask_after` seconds, SIGKILL after `kill_after`; an earlier time that was set stays.
    void end_below(double ask_after, double kill_after) {
        auto set = [now = monotonic_seconds()](std::optional<double>& time, double after) {
            time = time ? std::min(*time, now + after) : now + after;
        };
        set(ask_at_, ask_after);
        set(end_at_, kill_after);
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
            else if (!packages_ || !packages_->ended(pid)) add_to_rest(used);
        }
    }

    static double seconds(timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    }

    /// Processes that the script did not wait for end apart from it, perhaps after it.
    void add_to_rest(rusage const& used) {
        rest_user_ += seconds(used.ru_utime);
        rest_system_ += seconds(used.ru_stime);
        rest_peak_ = std::max(rest_peak_, static_cast<std::uint64_t>(used.ru_maxrss) * 1024);
    }
    void tell_of_rest() {
        if (rest_peak_ == 0) return;
        tell({{"event", "rank_rest"},
              {"rank", rank_},
              {"user_seconds", rest_user_},
              {"system_seconds", rest_system_},
              {"peak_memory_bytes", rest_peak_}});
    }

    void record_exit(int status, rusage const& used) {
        ended_ = true;
        if (packages_) look_at_packages(), packages_->stop();
        exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (serves_nobody_) exit_code_ = 0;  // mpirun would take it for a failure
        json event{{"event", "rank_exit"},
                   {"rank", rank_},
                   {"host", host_name()},
                   {"ended_on_request", was_asked_},
                   {"wall_seconds", monotonic_seconds() - begin_},
                   {"user_seconds", seconds(used.ru_utime)},
                   {"system_seconds", seconds(used.ru_stime)},
                   // of the largest process: the script, or one of its children that it waited for
                   {"peak_memory_bytes", static_cast<std::uint64_t>(used.ru_maxrss) * 1024}};
        if (WIFSIGNALED(status))
            event["signal"] = signal_name(WTERMSIG(status));
        else
            event["exit_code"] = WEXITSTATUS(status);
        tell(std::move(event));
    }

    run_directory run_;
    int rank_;
    double delay_;
    journal log_;
    descendants below_;
    signal_queue signals_;
    file_descriptor parent_;
    pid_t script_ = -1;
    double begin_ = 0;
    std::optional<output_times> times_{};
    std::optional<workers_end> workers_{};
    std::optional<environment_query> packages_{};
    std::optional<double> ask_at_{}, end_at_{};  // when all below has to end: SIGTERM at the one, SIGKILL at the other
    bool is_polite_end_ = false, was_asked_ = false, ended_ = false, serves_nobody_ = false;
    int exit_code_ = 0;
    double rest_user_ = 0, rest_system_ = 0;
    std::uint64_t rest_peak_ = 0;
};

}  // namespace estima::inline v0_1
