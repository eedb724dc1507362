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
#include <estima/launcher/resource_sampler.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// What is recorded of a run while it runs, beside what its script logs: what it writes for TensorBoard, and what its
/// processes use. Nothing here makes a run fail.
class run_observer {
public:
    explicit run_observer(run_directory const& run) : events_{run}, sampler_{run} {}

    /// Before the script starts.
    void prepare() { events_.pass_over(); }

    /// From now on in that loop. `record` gives the state of the run; `looked` is called after each look at ./logs.
    void attach(event_loop& loop, std::function<run_record const&()> record, std::function<void()> looked) {
        loop.on_readable(look_.fd(), [this, looked = std::move(looked)] {
            look_.clear();
            double const begin = monotonic_seconds();
            bool const has_more = events_.look();
            pause_ = std::max(0.25, 20 * (monotonic_seconds() - begin));  // a twentieth of the time at most
            if (has_more) look_.set(pause_);
            looked();
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
    std::vector<std::filesystem::path> const& folders() const { return events_.folders(); }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) noexcept { sampler_.ended(pid); }
    /// The script has ended: nothing of this is to live any longer.
    void stop() noexcept { sampler_.stop(); }
    /// Takes what the script wrote last; what went wrong is told in the journal.
    void finish(journal& log) {
        for (std::string& text : events_.finish()) log.append({{"event", "warning"}, {"message", std::move(text)}});
    }

private:
    event_recorder events_;
    resource_sampler sampler_;
    timer look_{}, sample_{};
    double pause_ = 0.25;
};

}  // namespace estima::inline v0_1
