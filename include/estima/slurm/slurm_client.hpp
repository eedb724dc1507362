// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_target.hpp>

namespace estima::inline v0_1 {

/// A request with what the settings of a target ask for: partition, account, time limit, memory, ... EST-721 if time
/// limit or memory are not as sbatch takes them.
slurm_job_request job_request(slurm_target const& target);

/// Speaks with one slurmrestd. Connects when it is first used. For any number of threads, one request at a time.
///
/// Errors: EST-740 to EST-744 as http_client. EST-745: the server knows no version of the API that estima knows.
/// EST-746: no token, or it is refused also when read anew. EST-747: Slurm refuses what is asked, in its words. EST-748:
/// it may not be known whether a job was started; its comment is named. EST-749: an answer that cannot be understood.
class slurm_client {
public:
    explicit slurm_client(slurm_target target, std::stop_token stop = {});

    slurm_target const& target() const noexcept;

    /// Submits once, whatever becomes of the answers: before it is sent again, the job is looked for by its comment. The
    /// comment must be unique; the same call in another process finds the job of the first while Slurm knows it
    /// if `may_exist` is set (it is looked for before anything is sent).
    slurm_submitted submit(slurm_job_request const& request, bool may_exist = false);

    /// The job of that id, of an array all its tasks; nothing if Slurm knows it no longer (some minutes after its end).
    std::vector<slurm_job> job(std::int64_t id);

    /// All jobs of the target's user that Slurm knows, in one request. With `if_newer_than` (a time of the server, from
    /// last_update()), nothing if none has changed since.
    std::optional<std::vector<slurm_job>> jobs(std::int64_t if_newer_than = 0);
    std::int64_t last_update() const;

    /// The jobs with exactly that comment.
    std::vector<slurm_job> find(std::string const& comment);

    /// Cancels it, or sends that signal ("TERM", "USR1") to its script and steps. `task`: of an array, that task alone. False if
    /// there is no such job, or it is over.
    bool cancel(std::int64_t id, int task = -1, std::string const& signal = {});

    /// Asks the server whether the controller answers. Empty: it does; else why not.
    std::string ping();

    std::string const& api_version();  ///< "v0.0.38"
    std::string const& slurm_version();  ///< "22.05.8"

    /// Requests that were sent so far, each attempt counted.
    std::uint64_t requests() const noexcept;

private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace estima::inline v0_1
