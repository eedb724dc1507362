// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/launcher/host_list.hpp>
#include <estima/slurm/slurm_client.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_pace.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// The job of a run, or the task of an array that it is: "17", "17_3".
struct slurm_job_id {
    std::int64_t id = 0;
    int task = -1;

    std::string text() const { return std::to_string(id) + (task < 0 ? "" : "_" + std::to_string(task)); }
    /// Nothing if the run's journal does not tell it: it was not submitted yet.
    static std::optional<slurm_job_id> of(run_record const& run) {
        auto const found = run.properties.find("slurm_job_id");
        if (found == run.properties.end()) return std::nullopt;
        slurm_job_id job;
        std::string const& text = found->second;
        char const* const end = text.data() + text.size();
        auto const [at, code] = std::from_chars(text.data(), end, job.id);
        if (code != std::errc{}) return std::nullopt;
        if (at != end && *at == '_') std::from_chars(at + 1, end, job.task);
        return job;
    }

    bool is(slurm_job const& job) const {
        if (task < 0) return job.id == id;
        if (job.array_id != id) return false;
        if (job.array_task >= 0) return job.array_task == task;
        std::string_view const tasks = std::string_view{job.array_tasks}.substr(0, job.array_tasks.find('%'));
        if (tasks.ends_with("...")) return true;  // Slurm cuts long lists
        auto const waiting = detail::numbers_of(tasks);
        return waiting && std::find(waiting->begin(), waiting->end(), std::to_string(task)) != waiting->end();
    }
};

/// What one server says of jobs when somebody looks, for all threads of a program: one request a second at most.
/// Between two, it is as it was. More than one job in a second are asked for together.
class slurm_jobs {
public:
    /// That of this program for a target. Its client, too, is shared.
    static slurm_jobs& of(slurm_target const& target) {
        static std::mutex all_mutex;
        static std::map<std::string, slurm_jobs> all;
        std::lock_guard const held{all_mutex};
        std::string const key = to_json(target).dump();
        return all.try_emplace(key, target).first->second;
    }

    explicit slurm_jobs(slurm_target const& target) : client_{target} {}

    slurm_client& client() { return client_; }

    /// What is known of a job.
    struct word {
        bool is_known = false;  ///< false: it was not asked for, so as not to ask too often
        std::optional<slurm_job> job{};
    };

    /// `others` follow: ask for all at once. Errors of slurm_client.
    word of(slurm_job_id const& id, bool others_follow = false) {
        std::lock_guard const held{mutex_};
        double const now = monotonic_seconds();
        if (now - all_asked_ < pause) return pick(all_, id);
        if (auto const one = ones_.find(id.id); one != ones_.end() && now - one->second.first < pause)
            return pick(one->second.second, id);
        bool const is_soon = now - asked_ < pause || now - failed_ < pause_after_failure;
        bool const may_ask = std::exchange(is_changed_, false) || slurm_pace::of(client_.target().url).may_ask();
        if (is_soon || !may_ask) {
            wants_all_ = true;
            return {};
        }
        asked_ = failed_ = now;
        if (others_follow || wants_all_) {
            wants_all_ = false;
            if (auto jobs = client_.jobs()) all_ = std::move(*jobs);
            slurm_pace::of(client_.target().url).answered();
            all_asked_ = monotonic_seconds();
            failed_ = -pause_after_failure;
            return pick(all_, id);
        }
        std::vector<slurm_job> jobs = client_.job(id.id);
        slurm_pace::of(client_.target().url).answered();
        failed_ = -pause_after_failure;
        word const found = pick(jobs, id);
        ones_.clear();
        ones_[id.id] = {monotonic_seconds(), std::move(jobs)};
        return found;
    }

    /// What was asked for is not so any more.
    void forget() {
        std::lock_guard const held{mutex_};
        ones_.clear();
        all_asked_ = asked_ = -pause;
        is_changed_ = true;
        failed_ = -pause_after_failure;
    }

private:
    static constexpr double pause = 1, pause_after_failure = 10;  // seconds

    static word pick(std::vector<slurm_job> const& jobs, slurm_job_id const& id) {
        auto const found = std::find_if(jobs.begin(), jobs.end(), [&](slurm_job const& j) { return id.is(j); });
        return {true, found == jobs.end() ? std::nullopt : std::optional{*found}};
    }

    std::mutex mutex_;
    slurm_client client_;
    std::vector<slurm_job> all_;
    std::map<std::int64_t, std::pair<double, std::vector<slurm_job>>> ones_;
    double asked_ = -pause, all_asked_ = -pause, failed_ = -pause_after_failure;
    bool wants_all_ = false;
    bool is_changed_ = false;  ///< by this program, just now
};

}  // namespace estima::inline v0_1
