// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/hosts/remote_nodes.hpp>
#include <estima/launcher/conclusion.hpp>
#include <estima/launcher/descendants.hpp>
#include <estima/launcher/fork_worker.hpp>
#include <estima/launcher/lay_out_again.hpp>
#include <estima/launcher/main_process.hpp>
#include <estima/launcher/next_attempt.hpp>
#include <estima/launcher/page_schedule.hpp>
#include <estima/launcher/run_observer.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/launcher/run_watch.hpp>
#include <estima/launcher/slurm_ending.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/process.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Leads one attempt of a run from Preparing to its end. One thread that sleeps until something happens: a child ends,
/// the journal changes (a rank started or ended, somebody asks for the end), metrics or logs grow, a time is up.
class supervisor {
public:
    /// EST-301 if the run cannot be read or written.
    supervisor(run_directory run, std::string launcher, std::string mpirun)
        : run_{std::move(run)},
          launcher_{std::move(launcher)},
          mpirun_{std::move(mpirun)},
          log_{run_.journal()},
          page_{run_},
          observer_{run_},
          below_{run_.run_id()},
          signals_{SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE},
          watch_{run_} {
        log_.append({{"event", "supervisor"},
                     {"pid", ::getpid()},
                     {"start_ticks", process_start_ticks(::getpid())},
                     {"host", host_name()}});
    }

    /// Returns when the run is over and its last line is in the journal, or a next attempt is to begin: then it is
    /// Queued. Never throws: what goes wrong is how the run ends. False if not even that could be written.
    bool run() noexcept {
        guarded([&] {
            configuration_ = read_run_definition(run_);
            allocation_ = slurm_allocation::of(run_);
            if (!prepare()) return;
            watch();
            if (!await_hosts() || !start()) return;
            while (!ending_.main_status && loop_.wait()) continue;
            if (allocation_) hear_slurm(*allocation_, run_, configuration_, loop_, log_, ending_);
        });
        guarded([&] { collect(); });
        guarded([&] {
            observer_.stop(log_);
            page_.finish(2);
            // Workers that mpirun left behind end by themselves, in the time that they were given.
            if (ending_.main_status) below_.await(std::max(1.0, main_.time_left()));
            below_.end(2);
        });
        bool told = false;
        guarded([&] { told = conclude(); });
        return told;
    }

    /// Whether run() left the run to a next supervisor.
    bool has_next_attempt() const { return has_next_; }

private:
    template <class Work>
    void guarded(Work const& work) noexcept {
        try {
            try {
                work();
            } catch (error const& e) {
                went_wrong(to_run_error(e));
            } catch (std::exception const& e) {
                went_wrong({"EST-429", std::string{"the supervisor failed: "} + e.what() + note_if_full(run_)});
            }
        } catch (...) {  // no memory for words
        }
    }
    void went_wrong(run_error e) {
        std::fprintf(stderr, "[%s] %s\n", e.id.c_str(), e.message.c_str());
        if (!ending_.internal) ending_.internal = std::move(e);
    }

    /// False if the run is to end before it began.
    bool enter(run_status status) {
        if (log_.append_status(status)) return true;
        if (log_.record().status == run_status::cancel_requested) ending_.by = ended_by::cancel;
        return false;
    }

    bool prepare() {
        if (allocation_) begin_requeued_attempt(run_, configuration_, log_, *allocation_);
        if (!enter(run_status::preparing)) return false;
        observer_.prepare(lay_out_attempt(run_, log_.record()));
        return true;
    }

    /// Other hosts of the run are checked and get its files. False if that cannot be, or is not wanted any more.
    bool await_hosts() {
        auto task = hosts_task_of(run_, configuration_, launcher_, log_.record());
        if (!task && allocation_) task = hosts_task_of(run_, configuration_, launcher_, *allocation_);
        if (!task) return true;
        hosts_.emplace(std::move(*task), log_);
        hosts_->begin();
        loop_.on_readable(hosts_->fd(), [this] { hosts_changed(); });
        while (!hosts_->is_ready() && !hosts_->problem() && ending_.by == ended_by::nothing && loop_.wait()) continue;
        bool const may_start = hosts_->is_ready() && ending_.by == ended_by::nothing;
        if (may_start && hosts_->are_only_checked()) hosts_->dismiss(5), hosts_.reset();
        return may_start;
    }

    void hosts_changed() {
        hosts_->step();
        // Of the end, before the workers are asked.
        if (hosts_have_to_know_ && hosts_->are_told()) hosts_have_to_know_ = false, main_.ask_to_end();
        if (!hosts_->problem() || ending_.host) return;
        ending_.host = hosts_->problem();
        if (main_.is_started() && !ending_.main_status) main_.kill();
    }

    /// Brings what the hosts have, also when the run has failed.
    void collect() {
        if (allocation_) remove_attendants_files(run_.path);
        if (!hosts_) return;
        is_collecting_ = true, hosts_->collect();
        while (!hosts_->is_collected() && !is_cut_short_ && loop_.wait()) continue;
        is_collecting_ = false;
        hosts_->dismiss(5);
    }

    bool start() {
        if (!enter(run_status::starting)) return false;
        if (needs_mpirun(configuration_) || hosts_) start_mpirun();
        else main_.is_worker(fork_worker(run_, plan_with("")));
        set_time_limit();
        page_.paint_in(main_.is_mpirun() ? 0.5 : 0.05);  // not at once: what starts needs the processors
        return true;
    }

    void set_time_limit() {
        if (auto const seconds = seconds_left(configuration_, log_.record())) time_limit_.set(*seconds);
    }

    launch_plan plan_with(std::string const& mpirun) {
        launch_plan plan =
            plan_of_attempt(run_, configuration_, log_.record(),
                            settings_of_this_host(configuration_, launcher_, mpirun), hosts_, allocation_);
        remove_variables(plan.removed_variables);
        return plan;
    }

    void start_mpirun() {
        bool const is_here = !hosts_ && !(allocation_ && allocation_->is_spread());
        main_.is_mpirun(estima::start_mpirun(run_, plan_with(find_mpirun(mpirun_))), configuration_.process_count(),
                        is_here);
        ending_.on_hosts = hosts_.has_value();
    }

    void watch() {
        auto on_timer = [this](timer& t, auto action) {
            loop_.on_readable(t.fd(), [&t, action] { t.clear(), action(); });
        };
        loop_.on_readable(signals_.fd(), [this] { signal_came(); });
        on_timer(time_limit_, [this] { stop(ended_by::time_limit, time_limit_grace_seconds); });
        main_.attach(loop_, [this]() -> run_record const& { return log_.record(); }, [this] { mpirun_hangs(); });
        page_.attach(loop_, [this]() -> run_record const& { return log_.record(); }, [this] { watch_growth(); });
        observer_.attach(loop_, [this]() -> run_record const& { return log_.record(); }, [this] { watch_growth(); });
        set_time_limit();
        watch_growth();
        if (watch_.works()) {
            loop_.on_readable(watch_.fd(), [this] {
                auto const changed = watch_.take();
                if (changed.journal) journal_changed();
                if (changed.growth) grown();
            });
        }
        if (allocation_)
            slurm_time_limit_.attach(loop_, allocation_->job_id,
                                     [this] { stop(ended_by::batch_time_limit, time_limit_grace_seconds); });
        else if (watch_.works()) return;
        on_timer(look_, [this] {  // this host's kernel does not tell what others write
            look_.set(watch_.works() ? 1 : 0.25);
            journal_changed();
            if (!watch_.works() || allocation_->is_spread()) grown();
        });
        look_.set(0.25);
    }

    void watch_growth() { observer_.watch_growth(watch_); }
    void grown() { observer_.grown(), page_.is_stale(1); }

    void journal_changed() {
        run_record const& record = log_.record();
        if (!record.ranks.empty() && record.status == run_status::starting)
            (void)log_.append_status(run_status::running);
        if (record.status == run_status::cancel_requested) stop(ended_by::cancel, record.cancel_grace_seconds);
        page_.see(record);
        if (!ending_.main_status) main_.see(record);
    }

    void signal_came() {
        while (int const signal = signals_.next()) {
            if (signal == SIGCHLD) {
                reap();
            } else if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP) {
                if (ending_.signal == 0) ending_.signal = signal;
                stop(meaning_of_word_to_end(log_), time_limit_grace_seconds);
            }
        }
    }

    void reap() {
        reap_children([this](pid_t pid, int status, rusage const& used) {
            page_.ended(pid, used);
            observer_.ended(pid);
            if (hosts_) hosts_->ended(pid);
            if (pid != main_.pid()) return;
            ending_.main_status = status;
            journal_changed();  // what the ranks wrote before it ended
        });
    }

    /// The polite end, which a later word may bring nearer. Workers read in the journal how long they have.
    void stop(ended_by by, double grace) {
        bool const is_first = ending_.by == ended_by::nothing;
        if (is_collecting_ && is_first) ending_.by = by, is_cut_short_ = true;  // the rest stays where it is
        if (ending_.main_status || !main_.end_within(grace)) return;
        if (is_first) ending_.by = by;
        else if (by != ended_by::cancel) log_.append({{"event", "grace"}, {"grace_seconds", grace}});
        if (!hosts_) return main_.ask_to_end();
        hosts_->forward_end(grace, is_first);
        hosts_have_to_know_ = true;
    }

    void mpirun_hangs() {
        ending_.mpirun_hung = true;
        log_.append({{"event", "warning"},
                     {"message", "mpirun did not end although no process of the run was left; it was ended"}});
        main_.kill();
    }

    /// The last steps, in any case: outputs, page, last line.
    bool conclude() {
        guarded([&] { if (main_.is_started()) (void)log_.append_status(run_status::finalizing); });
        bool const is_slurms = allocation_ && ending_.by == ended_by::signal;  // who says how it goes on
        bool is_requeued = false;
        guarded([&] {
            if (is_slurms || is_terminal(log_.record().status)) return;
            is_requeued = allocation_ && requeue_after_loss(*allocation_, run_, configuration_, log_, ending_);
            has_next_ = !is_requeued && begin_next_attempt(run_, configuration_, log_, ending_, hosts_);
        });
        guarded([&] { observer_.finish(log_, has_next_ || is_requeued); });
        if (has_next_ || is_requeued) return true;
        if (is_terminal(log_.record().status)) return false;  // somebody took this process for dead
        if (is_slurms) return leave_end_to_slurm(ending_, log_);
        run_result result;
        guarded([&] { result = result_of(run_, configuration_, ending_); });
        if (result.status == run_status::failed && !result.error) result.error = ending_.internal;
        return conclude_run(run_, log_, result);
    }

    run_directory run_;
    std::string launcher_, mpirun_;
    run_configuration configuration_{};
    journal log_;
    page_schedule page_;
    run_observer observer_;
    descendants below_;
    signal_queue signals_;
    event_loop loop_;
    run_watch watch_;
    timer time_limit_, look_;
    std::optional<remote_nodes> hosts_{};
    std::optional<slurm_allocation> allocation_{};
    slurm_time_limit slurm_time_limit_{};
    main_process main_{};
    run_ending ending_{};
    bool has_next_ = false, is_collecting_ = false, is_cut_short_ = false, hosts_have_to_know_ = false;
};

}  // namespace estima::inline v0_1
