// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/launcher/event_recorder.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/launcher/resource_sampler.hpp>
#include <estima/launcher/upload_watch.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// What is recorded of a run while it runs, beside what its script logs: what it writes for TensorBoard, the outputs
/// that it asks to be recorded, and what its processes use. Nothing here makes a run fail.
class run_observer {
public:
    explicit run_observer(run_directory const& run) : run_{run}, events_{run}, uploads_{run}, sampler_{run} {}

    /// Before the script starts. `before` is what lies in ./outputs by then; it has to live as long as this.
    void prepare(outputs_before const& before) {
        before_ = &before;
        events_.pass_over();
        uploads_.prepare();
    }

    /// From now on in that loop. `record` gives the state of the run; `looked` is called after each look at ./logs.
    void attach(event_loop& loop, std::function<run_record const&()> record, std::function<void()> looked) {
        loop.on_readable(look_.fd(), [this, looked = std::move(looked)] {
            look_.clear();
            double const begin = monotonic_seconds();
            bool const has_more = events_.look();
            pause_ = std::max(0.25, 20 * (monotonic_seconds() - begin));  // a twentieth of the time at most
            if (has_more) look_.set(pause_);
            looked();
            if (before_ != nullptr) uploads_.look(*before_);  // what came before the folders were watched again
        });
        double const interval = sample_seconds();
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
    /// Where it may be written.
    std::vector<std::filesystem::path> folders() const {
        std::vector<std::filesystem::path> all = events_.folders();
        all.push_back(run_.uploads());
        return all;
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) {
        sampler_.ended(pid);
        if (uploads_.ended(pid)) uploads_.look(*before_);
    }
    /// The script has ended: nothing of this is to live any longer.
    void stop(journal& log) {
        sampler_.stop();
        uploads_.stop(log);
    }
    /// Takes what the script wrote last; what went wrong is told in the journal.
    void finish(journal& log) {
        for (std::string& text : events_.finish()) log.append({{"event", "warning"}, {"message", std::move(text)}});
    }

private:
    run_directory run_;
    outputs_before const* before_ = nullptr;
    event_recorder events_;
    upload_watch uploads_;
    resource_sampler sampler_;
    timer look_{}, sample_{};
    double pause_ = 0.25;
};

}  // namespace estima::inline v0_1
