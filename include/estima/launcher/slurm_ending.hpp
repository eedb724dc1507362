// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <estima/history/journal.hpp>
#include <estima/launcher/retry.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/launcher/slurm_allocation.hpp>
#include <estima/launcher/slurm_time_limit.hpp>
#include <estima/system/command_output.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Why a supervisor is told to end by a signal: a run that is being cancelled may be ended so, too.
inline ended_by meaning_of_word_to_end(journal& log) {
    return log.record().status == run_status::cancel_requested ? ended_by::cancel : ended_by::signal;
}

/// The processes of a job that Slurm ends, or that has lost a host, may have ended before the supervisor hears of it:
/// waits 2 s for the word, and looks whether the hosts still answer. `loop` takes signals.
inline void hear_slurm(slurm_allocation const& job, run_directory const& run, run_configuration const& c,
                       event_loop& loop, journal& log, run_ending& ending) {
    if (ending.main_status == 0 || ending.by != ended_by::nothing || detail::has_failed_by_itself(run, c)) return;
    timer patience;
    loop.on_readable(patience.fd(), [&patience] { patience.clear(); });
    for (patience.set(2); ending.signal == 0 && patience.is_set() && loop.wait();) continue;
    if (ending.signal != 0) return void(ending.by = meaning_of_word_to_end(log));
    std::string const host = job.lost_host();
    if (host.empty()) return;
    ending.host = run_error{"EST-762", "the node " + host + " of the job was lost: it does not answer any more"};
    ending.host->host = host;
}

/// A job that has lost a host cannot be tried again where it is: if the run's retries want another attempt, Slurm is
/// asked to put the job back into the queue. False if it goes on otherwise.
inline bool requeue_after_loss(slurm_allocation const& job, run_directory const& run, run_configuration const& c,
                               journal& log, run_ending const& ending) {
    if (!ending.host || ending.host->id != "EST-762") return false;
    run_error const why = result_of(run, c, ending).error.value_or(*ending.host);
    if (why.id != "EST-762" || !is_to_be_tried_again(c, log.record(), why, cause::node_failure)) return false;
    if (!run_command("exec scontrol requeue " + job.job_id, 60).failure.empty()) return false;
    (void)append_slurm_attempt(log, job.restarts + 1, cause_text(cause::node_failure), why);
    return true;
}

/// Slurm ended the job, and knows why: who looks at the run next asks it. A job that it put back into the queue goes
/// on. False: the run's end is not told yet.
inline bool leave_end_to_slurm(run_ending const& ending, journal& log) {
    log.append({{"event", "interrupted"}, {"signal", signal_name(ending.signal)}});
    return false;
}

}  // namespace estima::inline v0_1
