// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/hosts/remote_nodes.hpp>
#include <estima/launcher/check_plan.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/retry.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/launcher/slurm_allocation.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1 {

/// What is started for the newest attempt of a run: on these hosts, if there are some, and from the newest checkpoint,
/// if it is not the first one.
inline launch_plan plan_of_attempt(run_directory const& run, run_configuration const& c, run_record const& record,
                                   launch_settings settings, std::optional<remote_nodes> const& hosts,
                                   std::optional<slurm_allocation> const& job = std::nullopt) {
    if (record.attempt() > 1) settings.resume_from = newest_checkpoint(c, run);
    if (hosts)
        hosts->describe(settings);
    else if (job)
        job->describe(settings, c);
    else
        for (int const port : free_ports(rendezvous_count(c)))
            settings.rendezvous.push_back("127.0.0.1:" + std::to_string(port));
    return checked(make_launch_plan(c, run, settings));
}

/// A job that Slurm put back into the queue goes on with its next attempt; nothing is done for one that it did not.
/// EST-762, EST-763 if the run's retries allow no further attempt.
inline void begin_requeued_attempt(run_directory const& run, run_configuration const& c, journal& log,
                                   slurm_allocation const& job) {
    (void)append_slurm_attempt(log, job.restarts);
    run_record const& record = log.record();
    if (job.restarts == 0 || record.attempts.empty()) return;
    std::error_code ignored;
    int const before = record.attempt() - 1;
    if (!std::filesystem::exists(run.attempt_logs(before), ignored)) set_logs_aside(run, before, false);
    run_error const last = record.attempts.back().error.value_or(run_error{"EST-762", "the job was started again"});
    if (c.retries && before > c.retries->at_most)
        throw error{last.id, {.what = last.message, .why = "the run's retries allow no further attempt"}};
}

/// Of the run's time limit, which begins with the first attempt's processes. Nothing: there is none, or it has not
/// begun.
inline std::optional<double> seconds_left(run_configuration const& c, run_record const& run) {
    double const begin = run.time_of(run_status::starting);
    if (!c.max_run_duration_seconds || begin == 0) return std::nullopt;
    return static_cast<double>(*c.max_run_duration_seconds) - (run.attempt() > 1 ? epoch_seconds() - begin : 0);
}

/// Its pid. EST-406 if it cannot be started.
inline pid_t start_mpirun(run_directory const& run, launch_plan const& plan) {
    std::string const log = run.mpirun_log().string();
    return start_program({.argv = plan.mpirun_argv,
                          .environment = environment_with(plan.mpirun_environment),
                          .directory = run.path.string(),
                          .output = log,
                          .error_output = log,
                          .signal_if_parent_dies = SIGTERM});
}

/// The run is Queued for its next attempt if its retries want one after an end like this, and nobody has asked for its
/// end meanwhile; else nothing is done, and it is false. EST-301.
inline bool begin_next_attempt(run_directory const& run, run_configuration const& c, journal& log,
                               run_ending const& ending, std::optional<remote_nodes> const& hosts) {
    run_result const result = c.retries ? result_of(run, c, ending) : run_result{};
    if (result.status != run_status::failed || !result.error) return false;
    run_error const& why = *result.error;
    retry_cause const how = cause_of_end(why);
    if (!is_to_be_tried_again(c, log.record(), why, how)) return false;
    int const number = log.record().attempt();
    std::vector<std::string> lost;
    if (hosts) lost = hosts->lost_hosts();
    if (log.append_attempt(cause_text(how), why, std::move(lost)) == 0) return false;
    set_logs_aside(run, number, hosts && !hosts->is_shared());
    return true;
}

}  // namespace estima::inline v0_1
