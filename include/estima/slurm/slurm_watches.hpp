// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_words.hpp>

namespace estima::inline v0_1 {

/// What is told of a job that is watched.
struct slurm_news {
    enum class kind {
        state,  ///< `job` is as Slurm has it now; told first as soon as it is known, then at each change
        gone,   ///< Slurm knows it no longer: it ended some minutes ago, or never was; the last news
        away,   ///< the server has not answered for `unreachable_seconds`, or refuses all; `why` says more
        back,   ///< it answers again
    } what = kind::state;
    slurm_job job{};
    std::string why{};
};

/// Whether somebody who waits for a job would want to know of this difference.
inline bool is_news(slurm_job const& before, slurm_job const& now) {
    auto const seen = [](slurm_job const& j) {
        return std::tie(j.states, j.reason, j.description, j.exit_code, j.signal, j.nodes, j.restarts,
                        j.time_limit_minutes);
    };
    return seen(before) != seen(now);
}

namespace detail {
/// A job, or a task of an array, for which somebody waits.
struct slurm_watched {
    std::int64_t id = 0;
    int task = -1;
    std::function<void(slurm_news const&)> tell{};
    std::optional<slurm_job> last{};
    int misses = 0;
    double seen = 0;  ///< when Slurm knew it last
    std::atomic<bool> is_over{false};
};

/// The watched one among the jobs that Slurm told of, as it is there; an array's task may still wait with others.
inline std::optional<slurm_job> job_of(slurm_watched const& w, std::vector<slurm_job> const& jobs) {
    slurm_job const* among_others = nullptr;
    for (slurm_job const& job : jobs) {
        if (w.task < 0 ? job.id == w.id : job.array_id == w.id && job.array_task == w.task) return job;
        if (w.task < 0 || job.array_id != w.id || job.array_tasks.empty()) continue;
        std::vector<int> const tasks = slurm_tasks(job.array_tasks);
        // Slurm cuts a long list; all that have begun have a line of their own.
        bool const is_cut = job.array_tasks.find("...") != std::string::npos;
        if (std::find(tasks.begin(), tasks.end(), w.task) != tasks.end() || (is_cut && among_others == nullptr))
            among_others = &job;
    }
    if (among_others == nullptr) return {};
    slurm_job own = *among_others;
    own.array_task = w.task;
    own.array_tasks.clear();
    return own;
}

/// A task that waited a moment ago and is not there any more while its array is: Slurm keeps nothing of tasks that are
/// canceled while they wait. Nothing if it cannot be told.
inline std::optional<slurm_job> canceled_task(slurm_watched const& w, std::vector<slurm_job> const& jobs, double time) {
    bool const is_array_there =
        std::any_of(jobs.begin(), jobs.end(), [&w](slurm_job const& job) { return job.array_id == w.id; });
    // One that began and ended meanwhile would still be known: Slurm keeps jobs for some minutes (MinJobAge).
    if (w.task < 0 || !w.last || !w.last->is("PENDING") || !is_array_there || time - w.seen > 200) return {};
    slurm_job canceled = *w.last;
    canceled.states = {"CANCELLED"};
    canceled.reason.clear();
    return canceled;
}

/// Those who wait, and the calls to them: one at a time, and none after a watch has ended.
class slurm_watches {
public:
    using pointer = std::shared_ptr<slurm_watched>;

    void add(pointer one) {
        std::scoped_lock const lock{mutex_};
        all_.push_back(std::move(one));
    }
    /// Waits for a call of it that is under way, unless it is made from there.
    void remove(pointer const& one) {
        one->is_over = true;
        {
            std::scoped_lock const lock{mutex_};
            std::erase(all_, one);
        }
        if (caller_ != std::this_thread::get_id()) std::scoped_lock const lock{calling_};
    }
    std::vector<pointer> all() const {
        std::scoped_lock const lock{mutex_};
        return all_;
    }

    void tell(pointer const& one, slurm_news const& news) {
        std::scoped_lock const lock{calling_};
        if (one->is_over) return;
        caller_ = std::this_thread::get_id();
        try {
            one->tell(news);
        } catch (...) {  // whoever listens has nobody to tell
        }
        caller_ = std::thread::id{};
    }
    void tell_all(slurm_news const& news) {
        for (pointer const& one : all()) tell(one, news);
    }

    /// Compares what Slurm told, at that time of back_off::now(), with what was known. Whether there was news.
    bool take(std::vector<slurm_job> const& jobs, std::vector<pointer> const& asked_for, double time) {
        bool is_new = false;
        for (pointer const& one : asked_for) {
            std::optional<slurm_job> now = job_of(*one, jobs);
            if (now) {
                one->misses = 0;
                one->seen = time;
            } else if (++one->misses < 2) {
                continue;
            } else {
                now = canceled_task(*one, jobs, time);
            }
            if (!now) {
                slurm_job const last = one->last.value_or(slurm_job{.id = one->id});
                tell(one, {.what = slurm_news::kind::gone, .job = last, .why = {}});
                remove(one);
                is_new = true;
                continue;
            }
            if (one->last && !is_news(*one->last, *now)) continue;
            is_new = true;
            one->last = now;
            tell(one, {.what = slurm_news::kind::state, .job = *now, .why = {}});
            if (now->is_over()) remove(one);
        }
        return is_new;
    }

private:
    mutable std::mutex mutex_{};
    std::mutex calling_{};
    std::atomic<std::thread::id> caller_{};
    std::vector<pointer> all_{};
};
}  // namespace detail

}  // namespace estima::inline v0_1
