// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace estima::inline v0_1 {

/// What is asked of Slurm, independent of the version of its API. 0 and empty: not said, as Slurm has it by default.
/// `job_request(target)` fills in what the settings of a target ask for.
struct slurm_job_request {
    std::string name{};
    /// Leads back to the run, and is how the job is found again when the answer to its submission was lost: it must
    /// be unique among the jobs of the user.
    std::string comment{};
    std::string script{};  ///< beginning with #!
    std::string working_directory{};
    std::string standard_output{};  ///< as sbatch has them: %j, %A, %a
    std::string standard_error{};
    std::vector<std::pair<std::string, std::string>> environment{};  ///< all that the script finds, and Slurm's own
    std::string array{};                                             ///< "0-19", "0-199%10": a job of several tasks
    int nodes = 1;
    int tasks = 0;
    int tasks_per_node = 0;
    int cpus_per_task = 0;
    std::string partition{}, account{}, qos{}, reservation{}, constraint{}, dependency{};
    int time_limit_minutes = 0;
    std::int64_t memory_mb = 0;  ///< of a node
    std::string gres{};          ///< of a node, GPUs among them
    bool exclusive = false;
    bool requeue = false;
    int nice = 0;
    bool hold = false;
};

/// One job as Slurm tells of it; of an array, one task, or those tasks that wait together.
struct slurm_job {
    std::int64_t id = 0;
    std::int64_t array_id = 0;  ///< the id that the submission gave, if it is an array's; else 0
    int array_task = -1;        ///< -1: none, or several that wait
    std::string array_tasks{};  ///< those that wait: "3-9", "3,5-7%2"
    std::string name{}, comment{}, user{}, partition{}, account{};
    std::vector<std::string> states{};  ///< "PENDING", "RUNNING", ...; in newer versions more at once ("COMPLETING")
    std::string reason{};               ///< why it waits or ended: "Resources", "NonZeroExitCode"; empty: none
    std::string description{};          ///< more on the reason, in Slurm's words
    int exit_code = 0;                  ///< of the script
    int signal = 0;                     ///< that ended the script
    std::string nodes{};                ///< "n[1-2]"
    std::string first_node{};           ///< where the script runs
    int node_count = 0;
    double submit_time = 0, start_time = 0, end_time = 0;  ///< seconds since 1970; 0: not yet, or not known
    int time_limit_minutes = 0;                            ///< 0: none
    int restarts = 0;                                      ///< how often it was requeued
    std::string standard_output{};
    bool operator==(slurm_job const&) const = default;

    bool is(std::string_view state) const { return std::find(states.begin(), states.end(), state) != states.end(); }
    /// Nothing of it runs or will run any more.
    bool is_over() const {
        if (is("COMPLETING") || is("REQUEUED") || is("REQUEUE_HOLD") || is("SPECIAL_EXIT")) return false;
        constexpr std::string_view ends[] = {"COMPLETED",     "CANCELLED", "FAILED",       "TIMEOUT",
                                             "NODE_FAIL",     "PREEMPTED", "BOOT_FAIL",    "DEADLINE",
                                             "OUT_OF_MEMORY", "REVOKED",   "LAUNCH_FAILED"};
        return std::any_of(std::begin(ends), std::end(ends), [this](std::string_view end) { return is(end); });
    }
};

/// What a submission became.
struct slurm_submitted {
    std::int64_t id = 0;
    bool found_again = false;  ///< its answer was lost; it was found by its comment
    std::vector<std::string>
        remarks{};  ///< what Slurm said though it took the job: "Requested partition ... not available now"
};

}  // namespace estima::inline v0_1
