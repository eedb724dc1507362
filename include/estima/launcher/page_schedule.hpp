// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <algorithm>
#include <functional>
#include <utility>

#include <estima/launcher/page_painter.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// When the page of a run is painted anew: soon after something has changed, and less often where that takes long.
class page_schedule {
public:
    explicit page_schedule(run_directory run) : page_{std::move(run)} {}

    /// `before`: what is to be known first.
    void attach(event_loop& loop, std::function<run_record const&()> record, std::function<void()> before) {
        record_ = std::move(record);
        before_ = std::move(before);
        loop.on_readable(due_.fd(), [this] {
            due_.clear();
            paint();
        });
    }

    void paint_in(double seconds) { due_.set(seconds); }
    void is_stale(double soon) {
        constexpr double share = 0.01, longest = 60;  // of a processor; seconds
        if (!due_.is_set()) due_.set(std::max(soon, std::min(longest, page_.processor_seconds() / share)));
    }
    /// To be told of each change of the record.
    void see(run_record const& record) {
        if (record.status != painted_) is_stale(0.25);
    }
    /// To be told of each child that was reaped.
    void ended(pid_t pid, rusage const& used) { page_.ended(pid, used); }
    /// Waits for what is being painted.
    void finish(double seconds) { page_.finish(seconds); }

private:
    void paint() {
        if (page_.is_busy()) return due_.set(0.25);
        before_();
        painted_ = record_().status;
        page_.paint(record_());
    }

    page_painter page_;
    timer due_{};
    run_status painted_ = run_status::starting;
    std::function<run_record const&()> record_{};
    std::function<void()> before_{};
};

}  // namespace estima::inline v0_1
