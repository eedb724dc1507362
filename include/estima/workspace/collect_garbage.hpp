// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <estima/base/duration.hpp>
#include <estima/history/known_record.hpp>
#include <estima/snapshot/prune_store.hpp>
#include <estima/system/clock.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

struct garbage_options {
    duration older_than = seconds(30.0 * 24 * 3600);  ///< deleted runs, and snapshots without a run, stay for so long
    bool is_trial = false;                            ///< tells what would be removed, and removes nothing
};

/// What collect_garbage() removed, or would.
struct garbage_report {
    std::uint64_t runs = 0, snapshots = 0, objects = 0;
    std::uint64_t bytes = 0;  ///< by the sizes of files
    std::vector<std::string> in_doubt{};  ///< runs whose journals cannot be read: while there are some, snapshots stay
};

namespace detail {
inline std::uint64_t bytes_below(std::filesystem::path const& folder) {
    std::uint64_t bytes = 0;
    std::error_code code;
    std::filesystem::recursive_directory_iterator entry{
        folder, std::filesystem::directory_options::skip_permission_denied, code};
    for (std::filesystem::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) == 0 && S_ISREG(status.st_mode))
            bytes += static_cast<std::uint64_t>(status.st_size);
    }
    return bytes;
}

inline std::string const leaving = ".leaving_";  // before the id of a deleted run that is being removed

inline void remove_folder(std::filesystem::path const& folder) {
    std::error_code code;
    if (std::filesystem::remove_all(folder, code) == static_cast<std::uintmax_t>(-1))
        throw_file_error("cannot remove", folder, code.value());
}

/// Adds the snapshot that a run needs, or the run if its journal does not tell.
inline void note_snapshot(run_directory const& run, std::set<std::string>& wanted, garbage_report& report) {
    try {
        wanted.insert(known_record(run).snapshot_id);
    } catch (error const&) {
        report.in_doubt.push_back(run.run_id());
    }
}
}  // namespace detail

/// Removes for good the runs that were deleted long enough ago, and what of the snapshots no run needs any more. Runs
/// may be submitted meanwhile: they wait for it, and it waits for snapshots that are being taken. What a killed
/// collection left is collected by the next one. Where it is not known what a run needs, no snapshot is removed.
/// EST-301: something cannot be removed.
inline garbage_report collect_garbage(workspace const& w, garbage_options const& options = {}) {
    detail::workspace_lock const alone{w.path(), detail::workspace_lock::kind::alone};
    double const before = epoch_seconds() - options.older_than.seconds();
    garbage_report report;
    std::set<std::string> wanted;
    std::filesystem::path const deleted = detail::deleted_runs_folder(w);
    for (std::string const& name : names_in(deleted))
        if (!options.is_trial && name.starts_with(detail::leaving)) detail::remove_folder(deleted / name);
    for (std::string const& id : deleted_runs(w)) {
        std::filesystem::path const run = deleted / id;
        struct stat status {};
        if (::stat(run.c_str(), &status) != 0 || seconds_of(status.st_mtim) > before) {
            detail::note_snapshot({run}, wanted, report);
            continue;
        }
        ++report.runs;
        report.bytes += detail::bytes_below(run);
        if (options.is_trial) continue;
        // Under another name first: half of a run is none that can be restored.
        std::filesystem::path const place = deleted / (detail::leaving + id);
        if (std::rename(run.c_str(), place.c_str()) != 0) throw_file_error("cannot remove", run, errno);
        detail::remove_folder(place);
    }
    for (std::string const& id : detail::run_ids_in(w.path() / "runs"))
        detail::note_snapshot({w.path() / "runs" / id}, wanted, report);
    if (!report.in_doubt.empty()) return report;
    pruned const store = prune_store(w.path() / "snapshots", wanted, before, options.is_trial);
    report.snapshots = store.snapshots;
    report.objects = store.objects;
    report.bytes += store.bytes;
    return report;
}

}  // namespace estima::inline v0_1
