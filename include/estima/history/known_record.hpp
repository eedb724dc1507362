// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/change_log.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>

namespace estima::inline v0_1 {

/// A run's folder appears with its journal, in which the run was made: one without has lost it. Lists that know the run
/// as it was are told to look again.
[[noreturn]] inline void throw_lost_journal(run_directory const& run, std::string why) {
    try {
        change_log{run.workspace()}.add(run.run_id());
    } catch (error const&) {  // this user may not write there
    }
    throw error{"EST-647",
                {.what = "the journal of the run is lost",
                 .where = run.journal().string(),
                 .why = std::move(why),
                 .remedy = "restore this file from a copy of the workspace, or take what you need out of the run's "
                           "folder and remove it"}};
}

/// EST-647 if the folder of a run has no journal.
inline void require_journal(run_directory const& run) {
    if (::access(run.journal().c_str(), F_OK) != 0) throw_lost_journal(run, "it is not there any more");
}
/// EST-647 if a journal tells nothing: it was emptied.
inline run_record const& known_record(run_directory const& run, journal& log) {
    run_record const& record = log.record();
    if (!record.is_known()) throw_lost_journal(run, "it tells nothing of the run: it was emptied");
    return record;
}
/// What the journal of a run tells as of now; EST-647 if that is lost; EST-301.
inline run_record known_record(run_directory const& run) {
    require_journal(run);
    journal log{run.journal()};
    return known_record(run, log);
}

}  // namespace estima::inline v0_1
