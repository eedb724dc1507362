// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/history/change_log.hpp>
#include <estima/history/journal.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/rename_to_new.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline std::filesystem::path deleted_runs_folder(workspace const& w) { return deleted_runs_in(w.path()); }

[[noreturn]] inline void throw_not_over(std::string const& id, run_status status) {
    throw error{"EST-630",
                {.what = "a run that is not over cannot be deleted",
                 .where = id,
                 .why = "it is " + std::string{to_string(status)},
                 .remedy = "cancel it first, and wait for its end"}};
}

/// EST-630: the run is not over; EST-647: nobody knows whether it is; EST-307.
inline void require_over(workspace const& w, std::string const& id) {
    run_status const status = known_record(w.run(id).directory()).status;
    if (!is_terminal(status)) throw_not_over(id, status);
}

/// Moves a run's folder in one step; whoever keeps something derived from the runs is told before and after. Waits for
/// collect_garbage(), which has to see each run where it is. False if it is not there any more. EST-301.
inline bool move_run(workspace const& w, std::string const& id, std::filesystem::path const& from,
                     std::filesystem::path const& to) {
    workspace_lock const stays_in_sight{w.path(), workspace_lock::kind::shared};
    make_directories(to.parent_path());
    change_log const here{from.parent_path().parent_path()}, there{to.parent_path().parent_path()};
    for (change_log const* log : {&here, &there}) log->add(id);
    if (int const code = rename_to_new(from, to)) {
        if (code == ENOENT && !is_there(from)) return false;
        throw_file_error("cannot move " + from.string() + " to", to, code);
    }
    for (change_log const* log : {&here, &there}) log->add(id);
    return true;
}
}  // namespace detail

/// Takes a run out of everybody's sight: no list and no search has it. Its folder goes to <workspace>/deleted/runs,
/// where restore_run() finds it until collect_garbage() removes it. EST-630: the run is not over; EST-307: there is
/// none; EST-647; EST-301: it cannot be moved.
inline void delete_run(workspace const& w, std::string const& id) {
    std::filesystem::path const here = w.path() / "runs" / id;
    do {
        detail::require_over(w, id);
        // From now on its age counts. Before it is among the deleted ones: there it would be as old as its last change.
        if (::utimensat(AT_FDCWD, here.c_str(), nullptr, 0) != 0 && errno != ENOENT)
            throw_file_error("cannot delete", here);
    } while (!detail::move_run(w, id, here, detail::deleted_runs_folder(w) / id));
}

/// The ids of the runs that were deleted and can be restored, sorted. EST-653: somebody removed the workspace; EST-301.
inline std::vector<std::string> deleted_runs(workspace const& w) {
    detail::require_workspace(w.path());
    std::vector<std::string> ids = detail::run_ids_in(detail::deleted_runs_folder(w));
    std::sort(ids.begin(), ids.end());
    return ids;
}

/// Brings a deleted run back as it was. EST-631: there is none of that id; EST-301: it cannot be moved.
inline run restore_run(workspace const& w, std::string const& id) {
    std::filesystem::path const place = detail::deleted_runs_folder(w) / id;
    if (!detail::has_run(detail::deleted_runs_folder(w), id) ||
        !detail::move_run(w, id, place, w.path() / "runs" / id)) {
        std::vector<std::string> const ids = deleted_runs(w);
        throw no_such_run{"EST-631",
                          {.what = "there is no deleted run \"" + shown(id.substr(0, 300)) + "\"",
                           .where = detail::deleted_runs_folder(w).string(),
                           .why = ids.empty() ? "no run is kept there" : "there are: " + detail::listed(ids),
                           .remedy = "name one of them; collect_garbage() removes them for good after a while"}};
    }
    return w.run(id);
}

}  // namespace estima::inline v0_1
