// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/wait.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/history/lines.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// Why a supervisor ended the processes of a run; `nothing` if they ended by themselves.
enum class ended_by { nothing, cancel, time_limit, batch_time_limit, signal };

/// How the processes of a run ended.
struct run_ending {
    ended_by by = ended_by::nothing;
    int signal = 0;                       ///< that the supervisor got
    std::optional<int> main_status{};     ///< of wait(): mpirun, or the one worker; nothing if it was not started
    bool mpirun_hung = false;             ///< mpirun was ended, for it did not notice that its processes had ended
    std::optional<run_error> internal{};  ///< what went wrong in the supervisor itself
    std::optional<run_error> host{};      ///< a host that was lost or could not take part: ranks fail for it
    bool on_hosts = false;  ///< the processes were on other hosts: mpirun starts even a single one there
};

namespace detail {
struct rank_exits {
    std::set<int> good{};                 // ranks that ended by themselves, with 0, and servers that were ended
    std::optional<json> first_failure{};  // in the order of the journal
};

inline rank_exits read_rank_exits(run_directory const& run, run_configuration const& c) {
    rank_exits exits;
    int attempt = 1;
    auto const take = [&](std::string_view line) {
        bool const is_attempt = line.find("\"event\":\"attempt\"") != std::string::npos;
        if (!is_attempt && line.find("\"rank_exit\"") == std::string::npos) return;
        json const event = json::parse(line, nullptr, false);
        try {
            if (event.is_object() && event.value("event", "") == "attempt") {
                bool const is_next = whole_number(event, "number", attempt + 1) > attempt;  // not told once more
                if (is_next) exits = {}, ++attempt;  // those were of an earlier one
            }
            if (!event.is_object() || event.value("event", "") != "rank_exit") return;
            bool const was_asked = event.value("ended_on_request", false);
            int const rank = whole_number(event, "rank", 0);
            if (was_asked && is_parameter_server(c, rank)) exits.good.insert(rank);
            if (was_asked) return;
            if (whole_number(event, "exit_code", -1) == 0)
                exits.good.insert(rank);
            else if (!exits.first_failure && rank >= 0)
                exits.first_failure = event;
        } catch (json::exception const&) {  // a member of another type than ours
        }
    };
    auto const take_any = [&](std::string_view line, bool, std::uint64_t) { return take(line), true; };
    file_descriptor const fd{::open(run.journal().c_str(), O_RDONLY | O_CLOEXEC)};
    if (fd) for_each_line_from(fd.get(), run.journal(), 0, 65536, take_any, longest_event);
    return exits;
}

/// Whether a rank failed without being told to end, nor by a word to end that somebody sent to all.
inline bool has_failed_by_itself(run_directory const& run, run_configuration const& c) {
    auto const failure = read_rank_exits(run, c).first_failure;
    return failure && failure->value("signal", "") != "SIGTERM";
}

/// The first rank that was started and never told how it ended.
inline std::optional<rank_record> rank_without_an_end(run_directory const& run) {
    journal events{run.journal()};
    for (rank_record const& r : events.record().ranks)
        if (!r.ended) return r;
    return std::nullopt;
}

inline std::string seconds_text(std::int64_t seconds) {
    return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
}

/// What a signal that nobody here sent most often means.
inline std::string_view meaning_of_signal(std::string_view signal) {
    if (signal == "SIGKILL") return "nobody here sent it, it is often the kernel's out-of-memory killer";
    if (signal == "SIGSEGV" || signal == "SIGBUS") return "it touched memory that is not its own, or that is not there";
    if (signal == "SIGABRT") return "it gave up by itself, often an exception that nobody caught or a failed assertion";
    if (signal == "SIGILL") return "it has instructions that this processor does not know";
    if (signal == "SIGFPE") return "it divided a whole number by zero";
    if (signal == "SIGXCPU" || signal == "SIGXFSZ") return "it reached a limit of this user (see ulimit -a)";
    return {};
}

inline run_error rank_error(run_directory const& run, run_configuration const& c, json const& event) {
    run_error e = event.contains("error") ? detail::run_error_from(event["error"]) : run_error{};
    e.rank = whole_number(event, "rank", 0);
    e.host = event.value("host", "");
    if (event.contains("error")) return e;
    e.exit_code = optional_int(event, "exit_code");
    e.signal = event.value("signal", "");
    e.id = e.signal.empty() ? "EST-420" : "EST-421";
    e.message = e.signal.empty() ? "the script exited with code " + std::to_string(e.exit_code.value_or(-1))
                                 : "the script was ended by " + e.signal;
    if (c.process_count() > 1) e.message += " on rank " + std::to_string(*e.rank) + " (" + e.host + ")";
    std::string_view const means = meaning_of_signal(e.signal);
    if (!means.empty()) e.message.append(": ").append(means);
    e.message += note_if_full(run);
    e.stderr_tail = last_lines(run.rank_stderr(*e.rank).string(), stderr_tail_lines);
    return e;
}

inline std::string status_text(int status) {
    return WIFSIGNALED(status) ? "was ended by " + signal_name(WTERMSIG(status))
                               : "ended with exit code " + std::to_string(WEXITSTATUS(status));
}
}  // namespace detail

struct run_result {
    run_status status = run_status::failed;  ///< completed, failed or canceled
    std::optional<run_error> error{};        ///< if it failed
};

/// What has become of a run, from how its processes ended and what the journal says of the ranks.
inline run_result result_of(run_directory const& run, run_configuration const& c, run_ending const& ending) {
    auto failed = [](run_error e) { return run_result{run_status::failed, std::move(e)}; };
    if (ending.internal && !ending.host) {  // what the script did comes first: a full disk follows from it, say
        detail::rank_exits const exits = detail::read_rank_exits(run, c);
        bool const has_failed = ending.by == ended_by::nothing && exits.first_failure;
        return failed(has_failed ? detail::rank_error(run, c, *exits.first_failure) : *ending.internal);
    }
    if (ending.by == ended_by::cancel) return {run_status::canceled};
    if (ending.host && ending.by == ended_by::nothing) return failed(*ending.host);
    if (ending.by == ended_by::time_limit)
        return failed({"EST-423", "the run took longer than its max_run_duration of " +
                                      detail::seconds_text(c.max_run_duration_seconds.value_or(0)) + " and was ended"});
    if (ending.by == ended_by::batch_time_limit)
        return failed(
            {"EST-761", "the job reached the time limit of Slurm, and was ended before Slurm would have ended it"});
    if (ending.by == ended_by::signal)
        return failed({"EST-424", "the supervisor was told to end by " + signal_name(ending.signal) +
                                      ", as at the shutdown of a machine, and ended the run"});

    detail::rank_exits const exits = detail::read_rank_exits(run, c);
    if (exits.first_failure) return failed(detail::rank_error(run, c, *exits.first_failure));
    bool const main_succeeded = ending.mpirun_hung || (ending.main_status && *ending.main_status == 0);
    if (main_succeeded && std::cmp_equal(exits.good.size(), c.process_count())) return {run_status::completed};

    auto const silent = detail::rank_without_an_end(run);
    auto name_silent = [&silent](run_error& e) {
        if (!silent) return;
        e.rank = silent->rank;
        e.host = silent->host;
    };
    if (needs_mpirun(c) || ending.on_hosts) {
        run_error e{"EST-422", ending.mpirun_hung ? "mpirun hung with no process left, before all ranks had ended"
                                                  : "mpirun " + detail::status_text(ending.main_status.value_or(0)) +
                                                        ", and no rank tells why" + note_if_full(run)};
        if (silent) e.message += ": rank " + std::to_string(silent->rank) + " ended without a word";
        name_silent(e);
        e.stderr_tail = last_lines(run.mpirun_log().string(), stderr_tail_lines);
        return failed(std::move(e));
    }
    run_error e{"EST-425", "the process that watched the script " +
                               detail::status_text(ending.main_status.value_or(0)) +
                               " without telling how the script ended" + note_if_full(run)};
    name_silent(e);
    e.stderr_tail = last_lines(run.supervisor_log().string(), stderr_tail_lines);
    return failed(std::move(e));
}

}  // namespace estima::inline v0_1
