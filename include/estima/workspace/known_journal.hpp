// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <mutex>
#include <optional>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/status.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/workspace/refresh_page.hpp>

namespace estima::inline v0_1::detail {

/// What the copies of a handle share: the journal of the run as they know it, so that who asks and sets many things
/// reads only what is new, and draws few pages. The file is open during a call alone: a program may hold many runs.
class known_journal {
public:
    explicit known_journal(run_directory run) : run_{std::move(run)} {}
    known_journal(known_journal const&) = delete;
    known_journal& operator=(known_journal const&) = delete;
    ~known_journal() { bring_to_page(); }

    /// Calls `work(journal&)`, which reads, one at a time. EST-307: the run is gone; EST-647; EST-301; what `work`
    /// throws.
    template <class Work>
    void look(Work const& work) {
        std::lock_guard const held{mutex_};
        with_journal(work);
    }

    /// The same of what changes the journal. The page of a run that is over gets what was changed at once, if it was
    /// not drawn within the last second, else with the next change after that, with bring_to_page(), or when the last
    /// copy of the handle goes.
    template <class Work>
    void change(Work const& work) {
        std::lock_guard const held{mutex_};
        with_journal([&](journal& events) {
            work(events);
            is_page_old_ = is_terminal(events.record().status);
            if (is_page_old_ && monotonic_seconds() >= next_page_) draw(events);
        });
    }

    /// The run's page has all that was changed.
    void bring_to_page() noexcept {
        try {
            std::lock_guard const held{mutex_};
            if (!is_page_old_) return;
            journal events{run_.journal()};
            draw(events);
        } catch (std::exception const&) {  // the run is gone, or may not be read any more
        }
    }

private:
    static constexpr double pause = 1;  // seconds: the page of a run that logged much takes 0.15 s

    template <class Work>
    void with_journal(Work const& work) {
        std::optional<journal> events = std::exchange(events_, std::nullopt);  // kept unless something fails
        require_journal(run_);
        if (events) try {
                events->open_again();
            } catch (error const&) {  // deleted meanwhile, and it may be back
                events.reset();
            }
        if (!events) events.emplace(open_journal(run_));
        work(*events);
        events->let_go();
        events_ = std::move(events);
    }

    void draw(journal& events) {
        refresh_page_if_over(run_, events);
        is_page_old_ = false;
        next_page_ = monotonic_seconds() + pause;
    }

    run_directory run_;
    std::mutex mutex_;
    std::optional<journal> events_;
    bool is_page_old_ = false;
    double next_page_ = 0;
};

}  // namespace estima::inline v0_1::detail
