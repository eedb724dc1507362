// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/point_file.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/launcher/event_recorder.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/launcher/record_outputs.hpp>
#include <estima/launcher/resource_sampler.hpp>
#include <estima/launcher/run_watch.hpp>
#include <estima/launcher/upload_watch.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// What is recorded of a run beside what its script logs: what it writes for TensorBoard, what its processes use, and
/// its outputs, at the end or when the script asks for it; and that the supervisor lives. Nothing here makes a run
/// fail.
class run_observer {
public:
    explicit run_observer(run_directory run) : run_{std::move(run)}, events_{run_}, sampler_{run_}, uploads_{run_} {}

    /// Before the script starts. `before` is what lies in ./outputs by then.
    void prepare(outputs_before before) {
        before_ = std::move(before);
        events_.pass_over();
        uploads_.prepare();
    }

    /// From now on in that loop. `record` gives the state of the run; `looked` is called after each look at ./logs.
    void attach(event_loop& loop, std::function<run_record const&()> record, std::function<void()> looked) {
        loop.on_readable(look_.fd(), [this, looked = std::move(looked)] {
            look_.clear();
            double const begin = monotonic_seconds();
            bool const has_more = events_.look();
            looked();
            pause_ = std::max(0.5, 20 * (monotonic_seconds() - begin));  // a twentieth of the time at most
            if (has_more || has_new_folders_) look_.set(pause_);
            if (is_partly_watched_) look_at_rest_.set(std::max(seconds_between_looks, pause_));
        });
        loop.on_readable(look_at_rest_.fd(), [this] {
            look_at_rest_.clear();
            grown();
        });
        loop.on_readable(heartbeat_.fd(), [this] { beat(); });
        beat();
        double const interval = sample_seconds(&sample_problem_);
        if (interval <= 0) return;
        loop.on_readable(sample_.fd(), [this, interval, record = std::move(record)] {
            sample_.clear();
            sampler_.sample(record(), interval);
            sample_.set(interval);
        });
        sample_.set(interval);
    }

    /// Something was written.
    void grown() {
        if (!look_.is_set()) look_.set(pause_);
    }
    /// Watches where it may be written, and takes the requests that came before that.
    void watch_growth(run_watch& watch) {
        std::vector<std::filesystem::path> folders = events_.folders();
        folders.push_back(run_.uploads());
        has_new_folders_ = folders != watched_;  // what was written there before they were watched
        watched_ = folders;
        is_partly_watched_ = !watch.watch_growth(std::move(folders)) || events_.has_more_folders();
        uploads_.look(before_);
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) {
        sampler_.ended(pid);
        if (uploads_.ended(pid)) uploads_.look(before_);
    }
    /// The script has ended: nothing of this is to live any longer.
    void stop(journal& log) {
        sampler_.stop();
        uploads_.stop(log);
    }
    /// Takes what the script wrote last, and its outputs, unless a next attempt goes on with them; what went wrong is
    /// told in the journal.
    void finish(journal& log, bool has_next_attempt) {
        std::vector<std::string> wrong = events_.finish();
        if (!has_next_attempt && !sample_problem_.empty()) wrong.push_back(sample_problem_);
        if (std::uint64_t const lost = has_next_attempt ? 0 : values_not_logged(); lost > 0)
            wrong.push_back(std::to_string(lost) + " of the values and uploads of the script " +
                            (lost == 1 ? "is" : "are") + " lost: there was no room, or not the form of docs/runs.md");
        for (std::string& text : wrong) log.append({{"event", "warning"}, {"message", std::move(text)}});
        if (!has_next_attempt) record_outputs(run_, before_, log);
    }

private:
    /// As its programs counted them in their points files.
    std::uint64_t values_not_logged() const {
        std::uint64_t lost = 0;
        try {
            for (metric_file const& file : metric_files(run_.metrics()))
                if (file.is_points) lost += point_file{file.path.string()}.dropped();
        } catch (error const&) {  // EST-301: nobody can say
        }
        return lost;
    }

    /// For hosts that the run's lock does not reach: see bury_if_dead().
    void beat() {
        heartbeat_.clear();
        ::utimensat(AT_FDCWD, run_.lock().c_str(), nullptr, 0);
        heartbeat_.set(heartbeat_seconds);
    }

    run_directory run_;
    event_recorder events_;
    resource_sampler sampler_;
    upload_watch uploads_;
    outputs_before before_{};
    static constexpr double seconds_between_looks = 5;  // where not all folders can be watched

    timer look_{}, look_at_rest_{}, sample_{}, heartbeat_{};
    double pause_ = 0.5;
    std::vector<std::filesystem::path> watched_{};
    std::string sample_problem_{};
    bool has_new_folders_ = false, is_partly_watched_ = false;
};

}  // namespace estima::inline v0_1
