// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/change_log.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_id.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>

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

/// A run whose folder is not there any more, while somebody still has hold of it.
[[noreturn]] inline void throw_gone(run_directory const& run) {
    bool const is_deleted = detail::has_run(detail::deleted_runs_in(run.workspace()), run.run_id());
    throw error{"EST-307",
                {.what = "there is no run \"" + run.run_id() + "\" any more",
                 .where = "workspace " + run.workspace().string(),
                 .why = is_deleted ? "deleted, and to be brought back by restore_run() or `estima restore`"
                                   : "its folder is gone",
                 .remedy = is_deleted ? "restore it first" : "take another run, or restore the folder from a copy"}};
}

/// EST-647 if the folder of a run has no journal; EST-307 if there is no such folder any more; EST-301 if this user may
/// not know.
inline void require_journal(run_directory const& run) {
    if (::access(run.journal().c_str(), F_OK) == 0) return;
    if (errno != ENOENT) throw_file_error("cannot read", run.journal());
    // The folder itself is asked, wherever it is now: a run may be deleted and restored meanwhile.
    file_descriptor const folder{::open(run.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!folder && errno != ENOENT) throw_file_error("cannot read", run.path);
    if (!folder) throw_gone(run);
    if (::faccessat(folder.get(), run.journal().filename().c_str(), F_OK, 0) != 0)
        throw_lost_journal(run, "it is not there any more");
}
/// Calls `work`, which reads files of a run; EST-307 if that fails since the run went away meanwhile.
template <class Work>
auto while_there(run_directory const& run, Work const& work) {
    try {
        return work();
    } catch (error const&) {
        if (struct stat status {}; ::lstat(run.path.c_str(), &status) != 0 && errno == ENOENT) throw_gone(run);
        throw;
    }
}
/// The journal of a run; EST-647, EST-307, EST-301 as require_journal.
inline journal open_journal(run_directory const& run) {
    for (int tries_left = 100;; --tries_left) {
        require_journal(run);
        try {
            return journal{run.journal()};
        } catch (error const&) {
            require_journal(run);  // it went away meanwhile, or did and is back: then once more
            if (tries_left == 0) throw;
        }
    }
}
/// EST-647 if a journal tells nothing: it was emptied.
inline run_record const& known_record(run_directory const& run, journal& log) {
    run_record const& record = log.record();
    if (!record.is_known()) throw_lost_journal(run, "it tells nothing of the run: it was emptied");
    return record;
}
/// What the journal of a run tells as of now; EST-647 if that is lost; EST-307 if the run is gone; EST-301.
inline run_record known_record(run_directory const& run) {
    journal log = open_journal(run);
    return known_record(run, log);
}

}  // namespace estima::inline v0_1
