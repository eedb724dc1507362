// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/run_record.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

/// What is known of a run, with the names of Azure's run details.
struct run_details {
    std::string run_id, experiment, display_name, description, target;
    run_status status = run_status::not_started;
    std::string waits_for{};  ///< while it is Queued, as its compute target says it: "Resources"
    double created_time = 0;  ///< when it was submitted, seconds since 1970
    double start_time = 0;    ///< when its processes were running; 0 if they are not yet
    double end_time = 0;      ///< 0 if it is not over
    std::map<std::string, std::string> properties, tags;
    std::vector<std::string> log_files;  ///< paths of what its processes wrote to their output and error
    std::vector<std::string> warnings;
    std::optional<run_error> error{};
    std::vector<rank_record> ranks;        ///< of the newest attempt
    std::vector<attempt_record> attempts;  ///< those before it
    std::vector<host_record> hosts;
    std::vector<artifact_record> artifacts;
    std::vector<model_record> models;
    run_configuration run_definition{};
    std::string definition_problem{};  ///< why `run_definition` is none of this run: its file is gone, or damaged

    /// Seconds from submit to the end, or to `now` if it is not over; not less than its longest process took, which
    /// was measured by a clock that nobody sets.
    double duration_seconds(double now) const {
        double seconds = std::max((end_time != 0 ? end_time : now) - created_time, 0.0);
        for (rank_record const& rank : ranks) seconds = std::max(seconds, rank.wall_seconds);
        return seconds;
    }
};

namespace detail {
inline error_text text_of(std::string const& run_id, run_error const& e, std::string const& logs) {
    error_text text{.what = e.message.empty() ? "the run failed" : e.message, .where = "run " + run_id};
    if (e.rank) text.where += ", rank " + std::to_string(*e.rank);
    if (!e.host.empty()) text.where += " on " + e.host;
    if (!e.stderr_tail.empty()) text.why = "the last lines of its standard error:";
    for (std::string const& line : e.stderr_tail) text.why += "\n    " + line;
    text.remedy =
        (e.id == "EST-423" ? "give a longer max_run_duration, or none; " : "") + ("all that it wrote is in " + logs);
    return text;
}
}  // namespace detail

/// Thrown by wait_for_completion when the run failed. The id is that of what went wrong (EST-510 if the journal does
/// not tell).
class run_failed : public error {
public:
    run_failed(run_details details, std::string const& logs)
        : run_failed{details.error.value_or(run_error{.id = "EST-510", .message = "the run failed"}), details, logs} {}

    /// What went wrong: which process, where, how, and its last words.
    run_error const& cause() const noexcept { return cause_; }
    run_details const& details() const noexcept { return details_; }

private:
    run_failed(run_error cause, run_details& details, std::string const& logs)
        : error{cause.id.empty() ? "EST-510" : cause.id, detail::text_of(details.run_id, cause, logs)},
          cause_{std::move(cause)},
          details_{std::move(details)} {}

    run_error cause_;
    run_details details_;
};

}  // namespace estima::inline v0_1
