// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>

#include <estima/history/run_record.hpp>
#include <estima/launcher/mpirun_watch.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// The one child of a supervisor that stands for the whole run: mpirun, or the worker of a run with one process. Once
/// it was asked to end, it is ended by force when its time is up.
class main_process {
public:
    /// `hangs` is called when mpirun does not notice that nothing of the run is left.
    void attach(event_loop& loop, std::function<run_record const&()> record, std::function<void()> hangs) {
        loop_ = &loop;
        record_ = std::move(record);
        hangs_ = std::move(hangs);
        loop.on_readable(kill_.fd(), [this] {
            kill_.clear();
            kill();
        });
    }

    void is_worker(pid_t pid) { pid_ = pid; }
    /// `is_here`: its processes are on this machine.
    void is_mpirun(pid_t pid, int process_count, bool is_here) {
        pid_ = pid;
        watch_.emplace(pid, process_count, is_here);
        loop_->on_readable(watch_->fd(), [this] {
            if (watch_->hangs(record_())) hangs_();
        });
    }

    bool is_started() const { return pid_ > 0; }
    bool is_mpirun() const { return watch_.has_value(); }
    pid_t pid() const { return pid_; }

    /// To be told of each change of the record.
    void see(run_record const& record) {
        if (watch_) watch_->see(record);
    }

    /// It has to end within `grace` seconds and two more. False if it has to end sooner already.
    bool end_within(double grace) {
        double const at = monotonic_seconds() + grace + 2;
        if (kill_at_ && at >= *kill_at_) return false;
        kill_at_ = at;
        if (is_started()) kill_.set(grace + 2);
        return true;
    }
    /// Asks it, and by it the workers, to end.
    void ask_to_end() const {
        if (is_started()) ::kill(pid_, SIGUSR1);  // mpirun hands it on
    }
    /// Seconds that are left of the time that workers were given to end.
    double time_left() const { return kill_at_.value_or(0) - monotonic_seconds(); }

    /// First so that mpirun can tidy up, then whatever it takes.
    void kill() {
        ::kill(pid_, watch_ && !was_told_ ? SIGTERM : SIGKILL);
        was_told_ = true;
        kill_.set(1.5);
    }

private:
    event_loop* loop_ = nullptr;
    std::function<run_record const&()> record_{};
    std::function<void()> hangs_{};
    pid_t pid_ = -1;
    std::optional<mpirun_watch> watch_{};
    timer kill_{};
    std::optional<double> kill_at_{};
    bool was_told_ = false;
};

}  // namespace estima::inline v0_1
