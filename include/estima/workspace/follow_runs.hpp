// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/duration.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/inotify.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/workspace_description.hpp>

namespace estima::inline v0_1 {

/// How to follow the runs of a workspace.
struct follow_options {
    std::optional<duration> timeout{};  ///< end after this time; left out: no limit
    duration pause = seconds(0.1);      ///< between two looks at least, however often something changes
};

namespace detail {
/// Sleeps until runs of a workspace may have changed: one is made, deleted or restored, or is over and told something;
/// the journal or a metric of one that goes on grows; a supervisor dies.
class runs_watch {
public:
    explicit runs_watch(std::filesystem::path workspace) : workspace_{std::move(workspace)} {}

    /// Of these runs, which go on, everything is heard from now on; true if one of them is new here.
    bool watch(std::vector<std::string> const& unfinished) {
        bool is_new = false;
        if (known_.size() > unfinished.size() + 1000) {  // most of them are over: their watches go
            changes_ = inotify{};
            known_.clear();
            is_new = true;
        }
        // The file of the index is no part of it: who looks writes there.
        bool const whole = changes_.watch(workspace_ / "runs", IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO);
        changes_.watch(workspace_ / "changes.log", IN_MODIFY);
        is_deaf_ = !whole;
        for (std::string const& id : unfinished) {
            if (!known_.insert(id).second) continue;
            is_new = true;
            run_directory const run{workspace_ / "runs" / id};
            bool const hears = changes_.watch(run.journal(), IN_MODIFY) ||
                               changes_.watch(run.path, IN_CREATE | IN_MOVED_TO);  // its journal is lost
            is_deaf_ = !hears || is_deaf_;
            changes_.watch(run.metrics(), IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO);
            changes_.watch(run.lock(), IN_CLOSE_WRITE);  // the kernel closes it when its holder dies
        }
        return is_new;
    }

    /// Before a look: what comes later wakes the next sleep.
    void look() {
        changes_.drain();
        looked_ = monotonic_seconds();
    }

    /// At least until `pause` seconds after the last look, at most until `deadline`.
    void sleep(double pause, double deadline) {
        // Of points that come within 5 ms of each other, one is told (tracking/point_store.hpp): so again a moment
        // later.
        double until = next_ < again_.size() ? looked_ + again_[next_] : deadline;
        if (is_deaf_) until = std::min(until, looked_ + 1);  // no inotify left for this user
        if (wait(std::min(until, deadline)))
            next_ = 0;
        else
            next_ = std::min(next_ + 1, again_.size());
        double const end = std::min(looked_ + pause, deadline);
        for (double now = monotonic_seconds(); now < end; now = monotonic_seconds())
            ::poll(nullptr, 0, static_cast<int>(std::ceil((end - now) * 1000)));
    }

private:
    static constexpr std::array<double, 2> again_{0.05, 0.5};

    bool wait(double until) const {
        for (;;) {
            double const left = until - monotonic_seconds();
            pollfd change{changes_.fd(), POLLIN, 0};
            int const woken = ::poll(&change, 1, static_cast<int>(std::clamp(std::ceil(left * 1000), 0.0, 1e8)));
            if (woken > 0) return true;
            if (woken == 0 && monotonic_seconds() >= until) return false;
        }
    }

    std::filesystem::path workspace_;
    inotify changes_{};
    std::set<std::string> known_{};
    bool is_deaf_ = false;
    std::size_t next_ = 0;
    double looked_ = 0;
};
}  // namespace detail

/// Searches, and again whenever something changed, woken by the kernel; the index is kept up to date with it.
/// `on_page(run_page const&)` is called with the first answer and with each that is not as the one before. It ends when
/// that returns false, or after the time limit. EST-653: the workspace was removed. Throws what search_runs and
/// `on_page` throw.
///
///     follow_runs(workspace, {.filter = "status = 'RUNNING'"}, [](estima::run_page const& page) { ...; return true;
///     });
template <class OnPage>
void follow_runs(workspace const& where, run_query const& query, OnPage on_page, follow_options const& options = {}) {
    detail::runs_watch changes{where.path()};
    run_index index{where.path()};
    double const deadline = options.timeout ? monotonic_seconds() + options.timeout->seconds() : HUGE_VAL;
    std::optional<std::vector<run_summary>> told;
    changes.watch({});
    for (;;) {
        do {
            detail::require_workspace(where.path());
            changes.look();
            detail::refresh_and_bury(index, where.path());
        } while (changes.watch(index.unfinished()));
        run_page const page = index.search(query);
        if (told != page.runs) {
            told = page.runs;
            if (!on_page(page)) return;
        }
        if (monotonic_seconds() >= deadline) return;
        changes.sleep(options.pause.seconds(), deadline);
    }
}

}  // namespace estima::inline v0_1
