// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/launcher/resource_sampler.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/host.hpp>

namespace estima::inline v0_1 {

/// What the ranks of a run use on a host, from time to time, as metrics of the run.
class node_samples {
public:
    /// Every `interval` seconds; 0: never.
    node_samples(run_directory run, double interval)
        : sampler_{run, host_name()}, log_{run.journal()}, interval_{interval}, next_{monotonic_seconds() + interval} {}
    ~node_samples() { sampler_.stop(); }
    node_samples(node_samples const&) = delete;
    node_samples& operator=(node_samples const&) = delete;

    /// Until the next one is due.
    double seconds_left() const {
        return interval_ > 0 ? next_ - monotonic_seconds() : std::numeric_limits<double>::infinity();
    }

    /// Looks, if it is due.
    void look() {
        if (seconds_left() > 0) return;
        sampler_.sample(log_.record(), interval_);
        next_ = monotonic_seconds() + interval_;
    }

private:
    resource_sampler sampler_;
    journal log_;
    double interval_, next_;
};

}  // namespace estima::inline v0_1
