// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/launcher/slurm_allocation.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/system/file_tail.hpp>
#include <estima/system/signals.hpp>
#include <estima/transport/slurm_script.hpp>

namespace estima::inline v0_1 {

/// Writes into the journals of runs what Slurm says of their jobs: whether they wait, and for what; that they were put
/// back into the queue; and how they ended, where their supervisor could not tell it. Each of it once, whoever comes
/// with it.
class slurm_word {
public:
    /// EST-301 if the journal cannot be read.
    explicit slurm_word(run_directory run) : run_{std::move(run)}, log_{run_.journal()} {}

    /// True if something was written. EST-301.
    bool is(slurm_job const& job) {
        if (is_terminal(log_.record().status)) return false;
        bool wrote = note_requeue(job);
        if (job.is_over()) return end(job) || wrote;
        if (job.is("PENDING") || job.is("REQUEUED") || job.is("REQUEUE_HOLD") || job.is("SPECIAL_EXIT"))
            wrote = note_queue(job) || wrote;
        return wrote;
    }

    /// Slurm does not know the job any more, some minutes after its end.
    bool is_gone() {
        if (is_terminal(log_.record().status)) return false;
        if (log_.record().status == run_status::cancel_requested) return canceled("");
        return failed("EST-768",
                      "Slurm does not know the job of the run any more, and its supervisor has not told how it ended");
    }

    /// Its submitter died before Slurm knew of it.
    bool was_never_submitted() {
        if (log_.record().status == run_status::cancel_requested) return canceled("");
        return failed("EST-769", "the run was never submitted to Slurm: the program that did it ended too early");
    }

    /// Whether its end was asked for before a supervisor had begun with it. No supervisor begins any more then.
    bool is_unbegun() {
        auto const& changes = log_.record().status_changes;
        if (log_.record().status != run_status::cancel_requested || changes.size() < 2) return false;
        run_status const before = changes[changes.size() - 2].status;
        return before == run_status::not_started || before == run_status::queued;
    }
    /// The job of such a run was taken out of the queue.
    bool is_taken_out() { return canceled(""); }

    run_record const& record() { return log_.record(); }

private:
    bool note_queue(slurm_job const& job) {
        run_status const status = log_.record().status;
        bool wrote = status == run_status::not_started && log_.append_status(run_status::queued);
        std::string reason = job.reason.empty() || job.reason == "None" ? "" : job.reason;
        if (!job.description.empty() && !reason.empty()) reason += " (" + job.description + ")";
        if (reason.empty()) return wrote;
        return log_.append_if(
                   [&](run_record const& r) { return r.status == run_status::queued && r.waits_for != reason; },
                   {{"event", "waits"}, {"for", reason}}) ||
               wrote;
    }

    /// The job was started before, and is to be again.
    bool note_requeue(slurm_job const& job) {
        if (job.restarts == 0) return false;
        return append_slurm_attempt(log_, job.restarts);
    }

    bool end(slurm_job const& job) {
        std::string const on = job.nodes.empty() ? "" : " (on " + job.nodes + ")";
        std::string const reason = job.reason.empty() || job.reason == "None" ? "" : ": " + job.reason;
        if (job.is("CANCELLED")) {
            if (job.reason.find("Dependency") != std::string::npos)
                return failed("EST-766", "Slurm gave the job up before it started" + reason);
            return canceled(
                log_.record().status == run_status::cancel_requested ? "" : "somebody canceled the job in Slurm");
        }
        if (job.is("TIMEOUT") || job.is("DEADLINE"))
            return failed("EST-761",
                          "the job reached the time limit of Slurm" +
                              (job.time_limit_minutes > 0 ? " of " + std::to_string(job.time_limit_minutes) + " minutes"
                                                          : std::string{}));
        if (job.is("NODE_FAIL") || job.is("BOOT_FAIL"))
            return failed("EST-762", "a node of the job failed" + on + reason);
        if (job.is("PREEMPTED")) return failed("EST-763", "the job was preempted by another one" + on);
        if (job.is("OUT_OF_MEMORY")) return failed("EST-764", "the job used more memory than Slurm gave it" + on);
        if (job.exit_code == exit_without_run && job.signal == 0)
            return failed("EST-765",
                          "the host " + (job.first_node.empty() ? job.nodes : job.first_node) +
                              " does not see the run's folder " + run_.path.string() +
                              ": the workspace has to be on a file system that all hosts of the cluster share");
        if (job.exit_code == exit_without_launcher && job.signal == 0)
            return failed("EST-767", "the job could not start the supervisor of the run" + on, true);
        std::string const how = job.signal != 0 ? "was ended by " + signal_name(job.signal)
                                                : "ended with exit code " + std::to_string(job.exit_code);
        return failed("EST-767", "the job " + how + on + reason + ", and its supervisor has not told how the run ended",
                      true);
    }

    bool canceled(std::string const& remark) {
        if (log_.record().status == run_status::not_started && !log_.append_status(run_status::queued)) return false;
        if (!remark.empty()) log_.append({{"event", "warning"}, {"message", remark}});
        return log_.append_status(run_status::canceled);
    }
    bool failed(char const* id, std::string message, bool with_words = false) {
        run_error e{id, std::move(message)};
        if (with_words) e.stderr_tail = last_lines((run_.system_logs() / "slurm.txt").string(), stderr_tail_lines);
        return log_.append_status(run_status::failed, {{"error", to_json(e)}});
    }

    run_directory run_;
    journal log_;
};

}  // namespace estima::inline v0_1
