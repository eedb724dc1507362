// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <set>
#include <string>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/history/run_definition.hpp>
#include <estima/history/run_details.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_id.hpp>
#include <estima/history/run_record.hpp>
#include <estima/history/status.hpp>

namespace estima::inline v0_1::detail {

/// What is told of a run, by its journal and by the folder that while_there() gives.
inline run_details details_from(run_directory const& here, run_record const& r, bool has_torn_end) {
    run_details d{.run_id = here.run_id(),
                  .experiment = r.experiment,
                  .display_name = r.display_name,
                  .description = r.description,
                  .target = r.target,
                  .status = r.status,
                  .waits_for = r.waits_for,
                  .created_time = r.created,
                  .start_time = r.time_of(run_status::running),
                  .properties = r.properties,
                  .tags = r.tags,
                  .log_files = {},
                  .warnings = r.warnings,
                  .error = r.error,
                  .ranks = r.ranks,
                  .attempts = r.attempts,
                  .hosts = r.hosts,
                  .artifacts = r.artifacts,
                  .models = r.models};
    complete_by_id(d.run_id, d.experiment, d.created_time);
    if (is_terminal(r.status)) d.end_time = r.time_of(r.status);
    if (int const lines = r.lines_ignored + (d.end_time != 0 && has_torn_end ? 1 : 0); lines != 0)
        d.warnings.push_back(std::to_string(lines) + (lines == 1 ? " line" : " lines") +
                             " of the journal could not be read: torn, or not estima's");
    if (r.run_id != d.run_id)
        d.warnings.push_back("[EST-647] the journal has lost its begin: what it told there is not known any more");
    std::set<std::string> logs;
    add_files_below(here.system_logs(), run_directory{here.place()}.system_logs().string() + "/", logs);
    d.log_files.assign(logs.begin(), logs.end());
    try {
        d.run_definition = read_run_definition(here);
    } catch (error const& e) {
        d.definition_problem = e.text().what + (e.text().why.empty() ? "" : ": " + e.text().why);
        d.warnings.push_back("[" + e.id() + "] the run configuration cannot be read: " + d.definition_problem);
    }
    return d;
}

}  // namespace estima::inline v0_1::detail
