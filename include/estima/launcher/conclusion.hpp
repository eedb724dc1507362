// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/launcher/run_result.hpp>
#include <estima/portal/write_page.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1 {

/// Paints the page of a run that is over, before its last line is written: who reads that line finds the page ready.
/// In this process: what it takes of memory does not matter any more, and it is sooner done.
inline void paint_end(run_directory const& run, journal& log, run_result const& result) {
    run_record record = log.record();
    json event{{"event", "status"}, {"status", to_string(result.status)}, {"time", utc_text(epoch_seconds())}};
    if (result.error) event["error"] = to_json(*result.error);
    record.apply(event);
    write_page(run, record);
}

/// Writes the last line of a run. False if somebody else wrote one before; EST-301 if it cannot be written.
[[nodiscard]] inline bool write_end(journal& log, run_result const& result) {
    json more = json::object();
    if (result.error) more["error"] = to_json(*result.error);
    // A journal that the script has cut short does not know any more how far the run was.
    run_status const known = log.record().status;
    if (!is_terminal(known) && !may_follow(known, result.status))
        for (run_status const step : {run_status::starting, run_status::running, run_status::finalizing})
            (void)log.append_status(step);
    try {
        return log.append_status(result.status, more);
    } catch (error const& e) {
        std::fprintf(stderr, "%s\n", e.what());
    }
    // A full disk, and no room left for all of it: a line without the quotation may still fit.
    if (result.error) more["error"].erase("stderr_tail");
    return log.append_status(result.status, more);
}

/// The page and the last line of a run that is over. False if not even the line could be written.
inline bool conclude_run(run_directory const& run, journal& log, run_result const& result) {
    try {
        paint_end(run, log, result);
    } catch (std::exception const& e) {  // a page that cannot be written does not make a run fail
        std::fprintf(stderr, "%s\n", e.what());
    }
    return write_end(log, result);
}

}  // namespace estima::inline v0_1
