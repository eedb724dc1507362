// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
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

/// EST-307, EST-631: there is no such run, or it is not where it was looked for: somebody deleted or restored it.
struct no_such_run : error {
    using error::error;
};

namespace detail {
inline constexpr char is_deleted_and_kept[] = "deleted, and to be brought back by restore_run() or `estima restore`";
}  // namespace detail

/// A run whose folder is not there any more, while somebody still has hold of it.
[[noreturn]] inline void throw_gone(run_directory const& run) {
    bool const is_deleted = detail::has_run(detail::deleted_runs_in(run.workspace()), run.run_id());
    throw no_such_run{
        "EST-307",
        {.what = "there is no run \"" + run.run_id() + "\" any more",
         .where = "workspace " + run.workspace().string(),
         .why = is_deleted ? detail::is_deleted_and_kept : "its folder is gone",
         .remedy = is_deleted ? "restore it first" : "take another run, or restore the folder from a copy"}};
}

namespace detail {
/// What an error tells of files in a folder that is held, by the name that the folder has.
inline error with_name(error const& e, std::string const& held, std::string const& name) {
    error_text text = e.text();
    for (std::string* const part : {&text.what, &text.where, &text.why, &text.remedy})
        for (std::size_t at = 0; (at = part->find(held, at)) != std::string::npos;) {
            bool const is_another = std::isdigit(static_cast<unsigned char>((*part)[at + held.size()])) != 0;
            if (!is_another) part->replace(at, held.size(), name);
            at += is_another ? held.size() : name.size();
        }
    return error{e.id(), std::move(text)};
}
}  // namespace detail

/// Calls `work(run_directory)`, which reads files of a run: those of the folder that is there now, wherever it is moved
/// meanwhile. A run that is deleted, or deleted and restored, in the middle is read as a whole. EST-307: it is not
/// there, or was removed for good meanwhile.
template <class Work>
auto while_there(run_directory const& run, Work const& work) {
    file_descriptor const folder{::open(run.path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!folder && errno == ENOENT) throw_gone(run);
    if (!folder) throw_file_error("cannot read", run.place());
    std::string const held = "/proc/self/fd/" + std::to_string(folder.get());
    try {
        return work(run_directory{held, run.place()});
    } catch (error const& e) {
        bool const is_there = ::access(run.place().c_str(), F_OK) == 0 || errno != ENOENT ||
                              detail::has_run(detail::deleted_runs_in(run.workspace()), run.run_id());
        if (!is_there) throw_gone(run);
        if (std::string_view{e.what()}.find(held) != std::string_view::npos)
            throw detail::with_name(e, held, run.place().string());
        throw;
    }
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
/// EST-647 if a journal tells nothing: it was emptied, or overwritten.
inline run_record const& known_record(run_directory const& run, journal& log) {
    run_record const& record = log.record();
    if (!record.is_known()) throw_lost_journal(run, "it tells nothing of the run: it was emptied or overwritten");
    return record;
}
/// What the journal of a run tells as of now; EST-647 if that is lost; EST-307 if the run is gone; EST-301.
inline run_record known_record(run_directory const& run) {
    journal log = open_journal(run);
    return known_record(run, log);
}

}  // namespace estima::inline v0_1
