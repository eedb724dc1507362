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

/// What one server says of jobs when somebody looks, for all threads of a program: one request a second at most,
/// whoever looks, for whatever. Between two, it is as it was. More than one job in a second are asked for together.
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
        std::optional<slurm_job> job{};  ///< nothing: Slurm does not know it
    };

    /// `others` follow: ask for all at once. Errors of slurm_client.
    word of(slurm_job_id const& id, bool others_follow = false) {
        std::lock_guard const held{mutex_};
        return look(id.text(), [&id](slurm_job const& j) { return id.is(j); }, others_follow ? 0 : id.id);
    }

    /// The same for the job with exactly that comment.
    word with(std::string const& comment) {
        std::lock_guard const held{mutex_};
        return look(comment, [&comment](slurm_job const& j) { return j.comment == comment; }, 0);
    }

private:
    static constexpr double pause = 1, pause_after_failure = 10;  // seconds

    /// `who`: stands for the job. `id`: of the only job that is wanted; 0: more are wanted.
    template <class Is>
    word look(std::string const& who, Is const& is, std::int64_t id) {
        double const now = monotonic_seconds();
        if (now - heard_ < pause) {
            // A job that is not in an answer may have been submitted after it, if it was not looked for before.
            auto const missed = missed_.find(who);
            bool const is_told = are_all_ && missed != missed_.end() && missed->second < asked_;
            if (auto const job = find(is); job || is_told) {
                missed_.erase(who);
                return {true, job};
            }
        }
        if (now - failed_ < pause_after_failure || !pace().may_ask()) {
            missed_.try_emplace(who, now);
            wants_all_ = true;
            return {};
        }
        slurm_pace::question const asking{pace()};
        asked_ = failed_ = now;  // unless it is answered
        are_all_ = id == 0 || wants_all_;
        if (are_all_) {
            auto jobs = client_.jobs();
            wants_all_ = false;
            if (jobs) newest_ = std::move(*jobs);
        } else {
            newest_ = client_.job(id);
        }
        failed_ = -pause_after_failure;
        heard_ = monotonic_seconds();
        missed_.erase(who);
        return {true, find(is)};
    }
    template <class Is>
    std::optional<slurm_job> find(Is const& is) const {
        auto const found = std::find_if(newest_.begin(), newest_.end(), is);
        return found == newest_.end() ? std::nullopt : std::optional{*found};
    }
    slurm_pace& pace() const { return slurm_pace::of(client_.target().url); }

    std::mutex mutex_;
    slurm_client client_;
    std::vector<slurm_job> newest_;  ///< that an answer told: all, or one
    bool are_all_ = false;
    std::map<std::string, double> missed_;  ///< since when those are looked for that no answer had
    double asked_ = 0, heard_ = -pause, failed_ = -pause_after_failure;
    bool wants_all_ = false;
};

}  // namespace estima::inline v0_1
