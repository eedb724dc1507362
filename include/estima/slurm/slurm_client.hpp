// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <estima/slurm/slurm_connection.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_submission.hpp>
#include <estima/slurm/slurm_target.hpp>

namespace estima::inline v0_1 {

/// Speaks with one slurmrestd. Connects when it is first used. For any number of threads, one request at a time.
///
/// All of its functions throw: EST-740 to EST-742, EST-744 as http_client. EST-745: the server knows no version of the
/// API that estima knows. EST-746: no token, or it is refused also when read anew. EST-749: what answers is no
/// slurmrestd. EST-750: the controller behind it does not answer. They are as patient as the target says.
class slurm_client {
public:
    /// What is asked ends when a stop is requested.
    explicit slurm_client(slurm_target target, std::stop_token stop = {})
        : connection_{std::move(target), std::move(stop)} {}

    slurm_target const& target() const noexcept { return connection_.target(); }

    /// Submits once, whatever becomes of the answers: before it is sent again, the job is looked for by its comment,
    /// which must be unique. `may_exist`: it is looked for before anything is sent, and then found if another process
    /// has submitted it. EST-747: Slurm does not take it. EST-748: it cannot be known whether Slurm took it.
    slurm_submitted submit(slurm_job_request const& request, bool may_exist = false) {
        std::scoped_lock const lock{mutex_};
        if (may_exist)
            if (auto found = found_again(request.comment)) return *std::move(found);
        std::string const body =
            slurm_submission(request, connection_.dialect()).dump(-1, ' ', false, json::error_handler_t::replace);
        back_off waits = connection_.new_patience();
        std::string lost_first;  // what became of the first attempt
        for (int attempts = 1;; ++attempts) {
            std::string lost;
            try {
                slurm_answer const answer = connection_.ask("POST", "/job/submit", body, "job_id", waits.remaining());
                if (answer.what == slurm_answer::kind::good) {
                    slurm_submitted made{.id = detail::slurm_number(answer.body, "job_id"), .remarks = answer.warnings};
                    for (slurm_fault const& fault : answer.faults) made.remarks.push_back(fault.text);
                    if (attempts > 1) made.id = keep_the_first(request.comment, made.id);
                    return made;
                }
                if (answer.what == slurm_answer::kind::refused) refuse(answer, request.name);
                lost = answer.words;
            } catch (error const& e) {
                if (e.id() != "EST-741" && attempts > 1)
                    give_up_submission(request, lost_first + "; then: " + e.text().why);
                if (e.id() != "EST-741") throw;
                lost = e.text().why;
            }
            if (attempts == 1) lost_first = lost;
            double const wait = waits.next();
            if (wait < 0 || !pause_for(wait, connection_.stop())) give_up_submission(request, lost);
            try {
                if (auto found = found_again(request.comment)) return *std::move(found);
            } catch (error const& e) {
                give_up_submission(request, lost + "; then, looking for it: " + e.text().why);
            }
        }
    }

    /// The job of that id, of an array all its tasks; nothing if Slurm knows it no longer (some minutes after its end).
    std::vector<slurm_job> job(std::int64_t id) {
        std::scoped_lock const lock{mutex_};
        slurm_answer const answer = connection_.ask_until_answered("GET", "/job/" + std::to_string(id));
        if (answer.what == slurm_answer::kind::refused && !is_unknown(answer))
            refuse(answer, "job " + std::to_string(id));
        return jobs_in(answer);
    }

    /// All jobs that Slurm shows, also those of other users, in one request. `if_newer_than`: nothing if none has
    /// changed since that time, which last_update() gave.
    std::optional<std::vector<slurm_job>> jobs(std::int64_t if_newer_than = 0) {
        std::scoped_lock const lock{mutex_};
        return all_jobs(if_newer_than);
    }

    /// When the jobs that were given last had changed last, as the server counts; 0 where it does not say (before
    /// v0.0.40).
    std::int64_t last_update() const {
        std::scoped_lock const lock{mutex_};
        return last_update_;
    }

    /// The jobs with exactly that comment.
    std::vector<slurm_job> find(std::string const& comment) {
        std::scoped_lock const lock{mutex_};
        return with_comment(comment);
    }

    /// Cancels it, or sends a signal to its script and steps ("TERM", "USR1"). `task`: that task of an array alone.
    /// False if Slurm does not know it, or it is over. EST-747 if Slurm refuses.
    bool cancel(std::int64_t id, int task = -1, std::string const& signal = {}) {
        std::scoped_lock const lock{mutex_};
        return end_job(id, task, signal);
    }

    /// Empty if the controller answers; else why not. Asks once.
    std::string ping() {
        std::scoped_lock const lock{mutex_};
        try {
            slurm_answer const answer = connection_.ask("GET", "/ping", {}, nullptr, 0);
            if (answer.what != slurm_answer::kind::good) return answer.words;
            if (auto const pings = answer.body.find("pings"); pings != answer.body.end())
                for (json const& one : *pings)
                    if (one.is_object() &&
                        (detail::slurm_text(one, "ping") == "UP" || detail::slurm_text(one, "pinged") == "UP"))
                        return {};
            return "no controller is up";
        } catch (error const& e) {
            return e.text().what + ": " + e.text().why;
        }
    }

    /// "v0.0.38"; found out if it is not yet known.
    std::string api_version() {
        std::scoped_lock const lock{mutex_};
        return connection_.dialect().name();
    }
    /// "22.05.8"; empty before anything was answered.
    std::string slurm_version() const {
        std::scoped_lock const lock{mutex_};
        return connection_.slurm_version();
    }

    /// Requests that were sent so far, each attempt counted, and connections that were opened for them.
    std::uint64_t requests() const {
        std::scoped_lock const lock{mutex_};
        return connection_.requests();
    }
    std::uint64_t connections() const {
        std::scoped_lock const lock{mutex_};
        return connection_.connections();
    }

    /// Its requests begin at least that many seconds apart from now on, and from `last`, a time of back_off::now().
    void set_least_distance(double seconds, double last = 0) {
        std::scoped_lock const lock{mutex_};
        connection_.set_least_distance(seconds, last);
    }
    /// When the last request began, by back_off::now(); 0 if there was none.
    double last_request() const {
        std::scoped_lock const lock{mutex_};
        return connection_.last_request();
    }

private:
    static bool is_unknown(slurm_answer const& answer) { return answer.has_fault(2017); }

    static std::vector<slurm_job> jobs_in(slurm_answer const& answer) {
        std::vector<slurm_job> jobs;
        if (auto const found = answer.body.find("jobs"); found != answer.body.end() && found->is_array())
            for (json const& one : *found)
                if (one.is_object()) jobs.push_back(slurm_job_from_json(one));
        return jobs;
    }

    std::optional<std::vector<slurm_job>> all_jobs(std::int64_t if_newer_than) {
        slurm_answer const answer = connection_.ask_until_answered(
            "GET", if_newer_than > 0 ? "/jobs?update_time=" + std::to_string(if_newer_than) : "/jobs");
        if (answer.what == slurm_answer::kind::refused) refuse(answer, "all jobs");
        if (if_newer_than > 0 && answer.is_unchanged) return {};
        last_update_ = detail::slurm_number(answer.body, "last_update");
        return jobs_in(answer);
    }

    std::vector<slurm_job> with_comment(std::string const& comment) {
        std::vector<slurm_job> jobs = all_jobs(0).value_or(std::vector<slurm_job>{});
        std::erase_if(jobs, [&comment](slurm_job const& job) { return job.comment != comment; });
        return jobs;
    }

    /// The id that the submission of a job gave; of a task it is the array's.
    static std::int64_t submitted_id(slurm_job const& job) { return job.array_id != 0 ? job.array_id : job.id; }

    std::optional<slurm_submitted> found_again(std::string const& comment) {
        if (comment.empty()) return {};
        std::optional<slurm_submitted> found;
        for (slurm_job const& job : with_comment(comment))
            if (!found || submitted_id(job) < found->id)
                found = {.id = submitted_id(job), .found_again = true, .remarks = {}};
        return found;
    }

    /// A submission whose answer was lost may have come through after it was looked for: then there are two jobs now.
    std::int64_t keep_the_first(std::string const& comment, std::int64_t id) {
        if (comment.empty()) return id;
        try {
            std::int64_t first = id;
            std::vector<slurm_job> const jobs = with_comment(comment);
            for (slurm_job const& job : jobs) first = std::min(first, submitted_id(job));
            for (slurm_job const& job : jobs)
                if (submitted_id(job) != first) end_job(submitted_id(job), -1, {});
            return first;
        } catch (error const&) {
            return id;  // this one was taken, whatever became of the other
        }
    }

    bool end_job(std::int64_t id, int task, std::string const& signal) {
        std::string path = "/job/" + std::to_string(id);
        if (task >= 0) path += "_" + std::to_string(task);
        if (!signal.empty()) path += "?signal=" + signal;
        slurm_answer const answer = connection_.ask_until_answered("DELETE", path);
        if (answer.what == slurm_answer::kind::good) return true;
        if (is_unknown(answer) || answer.has_fault(2021)) return false;  // 2021: over, or about to be
        refuse(answer, "job " + std::to_string(id));
    }

    [[noreturn]] void refuse(slurm_answer const& answer, std::string const& what) const {
        throw error{"EST-747",
                    {.what = "Slurm refuses what it is asked for",
                     .where = shown_url(target().url) + ", " + shown(what),
                     .why = shown(answer.words),
                     .remedy = "correct the settings of the target, or ask who runs the cluster"}};
    }

    [[noreturn]] void give_up_submission(slurm_job_request const& request, std::string const& lost) const {
        throw error{"EST-748",
                    {.what = "it is not known whether Slurm has taken a job",
                     .where = shown_url(target().url) + ", " + shown(request.name),
                     .why = shown(lost),
                     .remedy = "look for its comment when Slurm answers again: squeue -o '%A %T %k' | grep '" +
                               shown(request.comment) + "'; submitting it again with the same comment finds it"}};
    }

    mutable std::mutex mutex_{};
    slurm_connection connection_;
    std::int64_t last_update_ = 0;
};

}  // namespace estima::inline v0_1
