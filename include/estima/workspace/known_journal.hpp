// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/workspace/refresh_page.hpp>

namespace estima::inline v0_1::detail {

/// What the copies of a handle share: the journal of the run as they know it, so that who sets many things reads only
/// what is new. The file is open during a call alone: a program may hold many runs.
class known_journal {
public:
    /// Calls `work(journal&)`, one at a time, and brings it to the run's page if the run is over. EST-307: the run is
    /// gone; EST-647; EST-301; what `work` throws.
    template <class Work>
    void change(run_directory const& run, Work const& work) {
        std::lock_guard const held{mutex_};
        std::optional<journal> events = std::exchange(events_, std::nullopt);  // kept unless something fails
        require_journal(run);
        if (events) events->open_again();
        else events.emplace(open_journal(run));
        work(*events);
        refresh_page_if_over(run, *events);
        events->let_go();
        events_ = std::move(events);
    }

private:
    std::mutex mutex_;
    std::optional<journal> events_;
};

}  // namespace estima::inline v0_1::detail
