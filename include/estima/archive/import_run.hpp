// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <system_error>

#include <estima/archive/run_archive.hpp>
#include <estima/archive/unpack_run.hpp>
#include <estima/history/change_log.hpp>
#include <estima/history/journal.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/rename_to_new.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/system/share_as_folder.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/scratch_directory.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

/// What import_run() did.
struct imported_run {
    std::string run_id;
    bool was_there = false;              ///< the workspace has this very run already: nothing was done
    std::uint64_t files = 0, bytes = 0;  ///< in the archive
};

namespace detail {
/// All contents that the snapshot needs are in the archive or in the store; EST-634.
inline void require_objects(store_layout const& unpacked, store_layout const& store, std::string const& snapshot_id,
                            std::filesystem::path const& archive) {
    object_reader here{unpacked}, there{store};
    lacking_files const files = files_lacking(unpacked, snapshot_id, [&](snapshot_entry const& one) {
        return here.find(one.digest, one.size) || there.find(one.digest, one.size);
    });
    if (files.count > 0)
        throw_bad_archive(archive, "the contents of " + shown(files.example) + " of its snapshot are missing");
}

/// Whether the store has a snapshot, and has not lost any of its contents.
inline bool has_all_of_snapshot(store_layout const& store, std::string const& id) {
    try {
        object_reader objects{store};
        return files_lacking(store, id, [&objects](snapshot_entry const& one) {
                   return objects.find(one.digest, one.size).has_value();
               }).count == 0;
    } catch (error const&) {  // EST-207, EST-208
        return false;
    }
}

/// Moves a snapshot into the store, its objects first.
inline void publish_snapshot(store_layout const& unpacked, store_layout const& store, std::string const& snapshot_id) {
    make_store(store);
    auto const move = [](std::filesystem::path const& from, std::filesystem::path const& to) {
        for (auto const& folder : {to.parent_path().parent_path(), to.parent_path()})
            detail::make_shared_folder(folder, 0777);
        if (::chmod(from.c_str(), 0444) != 0 || ::rename(from.c_str(), to.c_str()) != 0)
            throw_file_error("cannot write", to);
    };
    for (std::string const& folder : names_in(unpacked.objects()))
        for (std::string const& name : names_in(unpacked.objects() / folder))
            move(unpacked.objects() / folder / name, store.objects() / folder / name);
    move(unpacked.tree(snapshot_id), store.tree(snapshot_id));
}

/// Whether a run's folder has the same files, with the same contents, as the archive told.
inline bool has_same_files(run_directory const& run, std::map<std::string, std::string> const& sums) {
    std::string const home = "runs/" + run.run_id() + "/";
    auto left = std::count_if(sums.begin(), sums.end(), [&](auto const& one) { return one.first.starts_with(home); });
    run_files const files{run.path};
    for (tar_entry const& one : files.entries()) {
        if (one.kind != tar_kind::file) continue;
        auto const told = sums.find(home + one.path);
        file_descriptor const fd = open_beneath(run.path, one.path);
        if (told == sums.end() || !fd ||
            sha256_of_range(fd.get(), 0, one.size, [](std::uint64_t) {}) != told->second)
            return false;
        --left;
    }
    return left == 0;
}

/// Whether the workspace has the run that was unpacked. EST-637 if it has another one of that id, or deleted it.
inline bool has_imported_run(workspace const& w, unpacked_run const& found) {
    run_directory const run{w.path() / "runs" / found.run_id};
    bool const is_there = ::access(run.path.c_str(), F_OK) == 0;
    bool const is_deleted = !is_there && ::access((deleted_runs_folder(w) / found.run_id).c_str(), F_OK) == 0;
    if (!is_deleted && (!is_there || has_same_files(run, found.sums))) return is_there;
    throw error{"EST-637",
                {.what = "the run of the archive cannot be imported",
                 .where = found.run_id,
                 .why = is_deleted ? "it was deleted from this workspace, and can be restored"
                                   : "the workspace has a run of that id, and it is not the same",
                 .remedy = is_deleted ? "restore it, or let collect_garbage() remove it first"
                                      : "import it into another workspace"}};
}
}  // namespace detail

/// Takes a run from an archive that export_run() wrote into this workspace, under the id that it has. All of it is
/// verified before any of it can be seen; if that fails, nothing stays. Of a run that is there already the store gets
/// what it has lost of the snapshot. `progress` is told while it waits, too. EST-634: no archive of a run, cut short or
/// altered; EST-635: a newer estima wrote it; EST-636: something in it has no place in a run; EST-637: the workspace
/// has another run of that id; EST-301.
inline imported_run import_run(workspace const& w, std::filesystem::path const& file,
                               archive_progress const& progress = {}) {
    make_directories(w.path() / "runs");
    std::function<void()> const told_while_waiting = [&] {
        std::error_code code;
        progress(0, std::filesystem::file_size(file, code));
    };
    detail::workspace_lock const keeps_the_snapshot{w.path(), detail::workspace_lock::kind::shared,
                                                    progress ? told_while_waiting : nullptr};
    detail::scratch_directory const scratch{w.path() / "runs" / (".import." + detail::random_hex())};
    detail::unpacked_run const found = detail::run_unpacking{file, scratch.path(), progress}.run();
    run_directory const home{scratch.path() / "runs" / found.run_id}, target{w.path() / "runs" / found.run_id};
    imported_run report{.run_id = found.run_id, .files = found.sums.size(), .bytes = found.bytes};

    bool const has_journal = ::access(home.journal().c_str(), F_OK) == 0;
    run_record const record = has_journal ? journal{home.journal()}.record() : run_record{};
    if (record.run_id != found.run_id || !is_terminal(record.status) || record.snapshot_id != found.snapshot_id)
        detail::throw_bad_archive(file,
                                  "it does not have the journal of " + found.run_id + ", from its begin to its end");
    store_layout const unpacked{scratch.path() / "snapshots"}, store{w.path() / "snapshots"};
    if (found.has_snapshot) detail::require_objects(unpacked, store, found.snapshot_id, file);

    report.was_there = detail::has_imported_run(w, found);
    if (found.has_snapshot && !(report.was_there && detail::has_all_of_snapshot(store, found.snapshot_id)))
        detail::publish_snapshot(unpacked, store, found.snapshot_id);
    if (report.was_there) return report;
    (void)open_file(home.lock(), O_RDWR | O_CREAT);
    change_log const changes{w.path()};
    changes.add(found.run_id);  // first, so that a run which can be seen was told
    while (int const refused = detail::rename_to_new(home.path, target.path)) {
        if (refused != EEXIST) throw_file_error("cannot create directory", target.path, refused);
        report.was_there = detail::has_imported_run(w, found);  // another import was quicker
        if (report.was_there) return report;
    }
    changes.add(found.run_id);  // again, for who looked in between
    detail::refresh_page_if_over(target);
    return report;
}

}  // namespace estima::inline v0_1
