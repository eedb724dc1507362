// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/launcher/artifacts.hpp>
#include <estima/launcher/descendants.hpp>
#include <estima/launcher/page_painter.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/launcher/worker.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/inotify.hpp>
#include <estima/system/process.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Leads one run from Preparing to its end. One thread that sleeps until something happens: a child ends, the journal
/// grows (a rank started or ended, or somebody asks for the end), metrics or logs grow, a time is up.
class supervisor {
public:
    /// EST-301 if the run cannot be read, EST-101 if its configuration makes no sense.
    supervisor(run_directory run, std::string launcher, std::string mpirun)
        : run_{std::move(run)}, launcher_{std::move(launcher)}, mpirun_{std::move(mpirun)}, log_{run_.journal()}, page_{run_},
          below_{run_.run_id()},
          signals_{SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE} {
        log_.append({{"event", "supervisor"}, {"pid", ::getpid()}, {"start_ticks", process_start_ticks(::getpid())},
                     {"host", host_name()}});
    }

    /// Returns when the run is over and its last line is in the journal. Never throws: what goes wrong is how the run
    /// ends. False if not even that could be written.
    bool run() noexcept {
        guarded([&] {
            configuration_ = run_configuration_from_json(json::parse(read_file(run_.run_configuration())));
            if (!prepare()) return;
            watch();
            if (!start()) return;
            while (!ending_.main_status && loop_.wait()) {}
        });
        guarded([&] {
            page_.finish(2);
            // Workers that mpirun left behind end by themselves, in the time that they were given.
            if (ending_.main_status) below_.await(std::max(1.0, kill_at_ - monotonic_seconds()));
            below_.end(2);
        });
        bool told = false;
        guarded([&] { told = finish(); });
        return told;
    }

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

    /// False if the run is to end before it began: this holds for all steps below.
    bool enter(run_status status) {
        if (log_.append_status(status)) return true;
        if (log_.record().status == run_status::cancel_requested) ending_.by = ended_by::cancel;
        return false;
    }

    bool prepare() {
        if (!enter(run_status::preparing)) return false;
        try {
            make_directories(run_.code());
            make_directories(run_.metrics());
            make_directories(run_.system_logs());
            restore_snapshot(run_.snapshots(), log_.record().snapshot_id, run_.code());
            make_directories(run_.outputs());
            make_directories(run_.logs());
        } catch (error const& e) {
            throw error{"EST-414", {.what = "the files of the snapshot cannot be laid out for the run",
                                    .why = to_run_error(e).message + note_if_full(run_)}};
        }
        ::malloc_trim(0);  // what the restoring took is not needed while waiting
        return true;
    }

    bool start() {
        if (!enter(run_status::starting)) return false;
        bool const by_mpirun = needs_mpirun(configuration_);
        std::string const mpirun = by_mpirun ? find_mpirun(mpirun_) : "";
        launch_settings settings = settings_of_this_host(configuration_, launcher_, mpirun);
        if (configuration_.communicator == "Gloo") settings.rendezvous_port = std::to_string(free_port());
        launch_plan const plan = make_launch_plan(configuration_, run_, settings);
        remove_variables(plan.removed_variables);

        if (by_mpirun) {
            main_ = start_program({.argv = plan.mpirun_argv,
                                   .environment = environment_with(plan.mpirun_environment),
                                   .directory = run_.path.string(),
                                   .output = run_.mpirun_log().string(),
                                   .error_output = run_.mpirun_log().string(),
                                   .signal_if_parent_dies = SIGTERM});
            hang_check_.set(start_patience());
        } else {
            start_worker(plan);
        }
        if (configuration_.max_run_duration_seconds) time_limit_.set(static_cast<double>(*configuration_.max_run_duration_seconds));
        repaint_.set(0.05);  // not at once: the script has the processor
        return true;
    }

    void start_worker(launch_plan const& plan) {
        pid_t const supervisor_pid = ::getpid();
        main_ = ::fork();
        if (main_ < 0) throw error{"EST-406", {.what = "cannot start a process", .why = std::strerror(errno)}};
        if (main_ > 0) return;
        ::syscall(SYS_close_range, 3U, ~0U, 0U);  // the lock of the run above all: it tells whether the supervisor lives
        int code = 125;
        try {
            code = worker{run_, 0, supervisor_pid}.run(plan);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        ::_exit(code);
    }

    void watch() {
        bool watched = loop_.on_readable(journal_watch_.fd(), [this] { journal_grew(); }) &&
                       journal_watch_.watch(run_.journal(), IN_MODIFY);
        loop_.on_readable(signals_.fd(), [this] { signal_came(); });
        loop_.on_readable(time_limit_.fd(), [this] { time_limit_.clear(); stop(ended_by::time_limit, time_limit_grace_seconds); });
        loop_.on_readable(kill_.fd(), [this] { kill_.clear(); kill_main(); });
        loop_.on_readable(hang_check_.fd(), [this] { hang_check_.clear(); check_for_hang(); });
        loop_.on_readable(repaint_.fd(), [this] { repaint_.clear(); repaint(); });
        loop_.on_readable(growth_watch_.fd(), [this] {
            loop_.pause(growth_watch_.fd(), true);
            page_is_stale();
        });
        growth_watch_.watch(run_.metrics(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
        growth_watch_.watch(run_.system_logs(), IN_MODIFY | IN_CREATE);
        growth_watch_.watch(run_.logs(), IN_MODIFY | IN_CREATE);
        if (watched) return;
        // The system has no inotify left for this user (128 by default): looks four times a second instead.
        loop_.on_readable(look_.fd(), [this] { look_.clear(); look_.set(0.25); journal_grew(); page_is_stale(); });
        look_.set(0.25);
    }

    void journal_grew() {
        journal_watch_.drain();
        run_record const& record = log_.record();
        std::size_t ended = 0;
        for (rank_record const& r : record.ranks) ended += r.ended ? 1 : 0;
        if (!record.ranks.empty() && record.status == run_status::starting) (void)log_.append_status(run_status::running);
        if (record.status == run_status::cancel_requested) stop(ended_by::cancel, record.cancel_grace_seconds);
        if (record.status != painted_status_) page_is_stale();
        bool const all_ended = ended == static_cast<std::size_t>(configuration_.process_count());
        if (needs_mpirun(configuration_) && ended > 0 && !waiting_for_mpirun_ && !ending_.main_status && (all_ended || !has_living_child(main_))) {
            waiting_for_mpirun_ = true;
            hang_check_.set(mpirun_patience());
        }
    }

    void signal_came() {
        while (int const signal = signals_.next()) {
            if (signal == SIGCHLD) {
                reap();
            } else if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP) {
                if (ending_.signal == 0) ending_.signal = signal;
                stop(ended_by::signal, time_limit_grace_seconds);
            }
        }
    }

    void reap() {
        int status = 0;
        for (;;) {
            pid_t const pid = ::waitpid(-1, &status, WNOHANG);
            if (pid < 0 && errno == EINTR) continue;
            if (pid <= 0) return;
            page_.ended(pid);
            if (pid != main_) continue;
            ending_.main_status = status;
            journal_grew();  // what the ranks wrote before it ended
        }
    }

    /// The polite end. Workers read in the journal how long a canceller waits before SIGKILL.
    void stop(ended_by by, double grace) {
        if (ending_.by != ended_by::nothing || main_ <= 0 || ending_.main_status) return;
        ending_.by = by;
        ::kill(main_, SIGUSR1);  // mpirun hands it on to the workers
        kill_.set(grace + 2);
        kill_at_ = monotonic_seconds() + grace + 2;
    }

    /// For an mpirun or a worker that does not end: first so that mpirun can tidy up, then whatever it takes.
    void kill_main() {
        ::kill(main_, needs_mpirun(configuration_) && !was_told_to_end_ ? SIGTERM : SIGKILL);
        was_told_to_end_ = true;
        kill_.set(1.5);
    }

    bool has_living_child(pid_t parent) const {
        for (pid_t const child : children_of(parent))
            if (state_of(child).is_alive()) return true;
        return false;
    }
    double start_patience() const { return 60 + configuration_.process_count(); }
    double mpirun_patience() const { return 3 + 0.02 * configuration_.process_count(); }

    void check_for_hang() {
        run_record const& record = log_.record();
        bool all_ended = static_cast<int>(record.ranks.size()) == configuration_.process_count();
        for (rank_record const& r : record.ranks) all_ended = all_ended && r.ended;
        waiting_for_mpirun_ = false;
        if (!all_ended && has_living_child(main_)) {
            if (record.ranks.empty()) hang_check_.set(start_patience());
            return;
        }
        ending_.mpirun_hung = true;
        log_.append({{"event", "warning"},
                     {"message", "mpirun did not end although no process of the run was left; it was ended"}});
        kill_main();
    }

    void page_is_stale() {
        if (!repaint_.is_set()) repaint_.set(std::max(0.25, 20 * page_.last_seconds()));
    }
    void repaint() {
        if (page_.is_busy()) return repaint_.set(0.25);
        growth_watch_.drain();
        loop_.pause(growth_watch_.fd(), false);
        painted_status_ = log_.record().status;
        page_.paint(log_.record());
    }

    /// The last steps, in any case: outputs, page, last line.
    bool finish() {
        guarded([&] {
            if (main_ > 0) (void)log_.append_status(run_status::finalizing);
            artifact_collector{run_, [&](artifact_record a) {
                                   log_.append({{"event", "artifact"}, {"path", a.path}, {"bytes", a.bytes}, {"sha256", a.sha256}});
                               },
                               [&](std::string w) { log_.append({{"event", "warning"}, {"message", std::move(w)}}); }}
                .collect();
        });
        if (is_terminal(log_.record().status)) return false;  // somebody took this process for dead
        run_result result;
        guarded([&] { result = result_of(run_, configuration_, ending_); });
        if (result.status == run_status::failed && !result.error) result.error = ending_.internal;
        json more = json::object();
        if (result.error) more["error"] = to_json(*result.error);
        guarded([&] { paint_end(result.status, more); });
        return tell_end(result.status, more);
    }

    /// Before the last line is written: who reads that finds the page ready.
    void paint_end(run_status status, json event) {
        run_record record = log_.record();
        event["event"] = "status";
        event["status"] = to_string(status);
        event["time"] = utc_text(epoch_seconds());
        record.apply(event);
        page_.paint_here(record);
    }

    bool tell_end(run_status status, json const& more) {
        try {
            return log_.append_status(status, more);
        } catch (error const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        json shorter = more;  // no room for all: a line without the quotation may still fit
        if (shorter.contains("error")) shorter["error"].erase("stderr_tail");
        return log_.append_status(status, shorter);
    }

    run_directory run_;
    std::string launcher_, mpirun_;
    run_configuration configuration_{};
    journal log_;
    page_painter page_;
    descendants below_;
    signal_queue signals_;
    event_loop loop_;
    inotify journal_watch_, growth_watch_;
    timer time_limit_, kill_, hang_check_, repaint_, look_;
    pid_t main_ = -1;  // mpirun, or the one worker
    run_ending ending_{};
    double kill_at_ = 0;  // when those who were asked to end have to have ended
    run_status painted_status_ = run_status::starting;
    bool waiting_for_mpirun_ = false, was_told_to_end_ = false;
};

}  // namespace estima::inline v0_1
