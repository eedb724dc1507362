// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/make_temporary.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/read_all_at.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/workspace/copy_folder.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/scratch_directory.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

/// What copy_workspace() copied.
struct copied_workspace {
    std::filesystem::path folder;  ///< where the copy is
    std::uint64_t runs = 0;        ///< deleted ones that can be restored included
    std::uint64_t files = 0, bytes = 0;
    std::vector<std::string> unfinished{};  ///< runs that were not over: in the copy they failed with EST-644
    /// Outputs of the others that are not there, or do not have the SHA-256 that was recorded: paths in the workspace.
    std::vector<std::string> changed{};
    std::vector<std::string> newer{};  ///< runs that a newer estima wrote: copied as they are, going on or over
};

namespace detail {
/// For wait_for_lock(): `progress` is told how far it is, so that it can end the work.
inline std::function<void()> told_while_waiting(std::function<void(std::uint64_t)> const& progress,
                                                std::uint64_t const& bytes) {
    if (!progress) return {};
    return [&] { progress(bytes); };
}

class workspace_copy {
public:
    workspace_copy(std::filesystem::path from, std::filesystem::path to,
                   std::function<void(std::uint64_t)> const& progress)
        : from_{std::move(from)}, to_{std::move(to)}, progress_{progress}, copy_{progress} {}

    /// The copy has the mode of `like`, if that is there, else of what is copied.
    copied_workspace run(std::filesystem::path const& like) {
        copy_.keep_mode(is_there(like) ? like : from_, to_);
        // All, since what is not there yet may come.
        for (char const* const folder : {"runs", "deleted", "deleted/runs", "models"})
            if (is_there(from_ / folder)) copy_.make_folder(from_ / folder, to_ / folder);
            else make_directories(to_ / folder);
        store_layout const store{from_ / "snapshots"}, there{to_ / "snapshots"};
        if (is_there(store.root)) copy_.make_folder(store.root, there.root);
        else make_store(there);
        // Three times: one that is deleted or restored meanwhile is seen.
        for (char const* const folder : {"runs", "deleted/runs", "runs"})
            for (std::string const& id : run_ids_in(from_ / folder))
                if (!seen_.contains(id) && copy_run(from_ / folder / id, to_ / folder / id))
                    seen_.insert(id);
        for (std::string const& name : names_in(from_ / "models")) copy_model(name);
        // A snapshot is there before a run names it, and its contents before the snapshot.
        for (auto const of : {&store_layout::trees, &store_layout::objects, &store_layout::packs})
            if (is_there((store.*of)())) copy_.copy((store.*of)(), (there.*of)());
        copy_.copy(from_ / "workspace.json", to_ / "workspace.json");
        report_.runs = seen_.size();
        report_.files = copy_.files;
        report_.bytes = copy_.bytes;
        return std::move(report_);
    }

private:
    /// False if it is not there any more, or no folder; what a link leads to is no run of this workspace.
    bool copy_run(std::filesystem::path const& from, std::filesystem::path const& to) {
        file_descriptor const folder{::open(from.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!folder && errno != ENOENT && errno != ENOTDIR && errno != ELOOP) throw_file_error("cannot read", from);
        if (!folder) return false;
        read_path const source{"/proc/self/fd/" + std::to_string(folder.get()), from};  // it may move meanwhile
        run_directory const target{to};
        copy_.make_folder(source, to);
        // The journal first: what it tells is there, and copied after it. It is written below: never through a link.
        std::string const journal_name = target.journal().filename();
        bool const has_journal = copy_.copy_followed(source / journal_name, target.journal());
        copy_.copy_below(source, to, [&](std::string const& path) {
            return path == journal_name ||
                   (path.starts_with("metrics/") && is_blocks_file(without_temporary_end(path)));
        });
        if (has_journal) look_at(target);  // else it is lost, and so it is in the copy
        return true;
    }

    /// At the copy of a run, with all that its journal tells of.
    void look_at(run_directory const& target) {
        take_torn_end(target.journal());
        journal log{target.journal()};
        try {
            (void)log.record();
        } catch (error const& e) {
            if (e.id() != "EST-645") throw;
            report_.newer.push_back(target.run_id());
            return;
        }
        if (!log.record().is_known()) return;
        if (is_terminal(log.record().status)) note_changed(target, log.record());
        else finish(target, log);
    }

    /// A line was just being written.
    static void take_torn_end(std::filesystem::path const& file) {
        file_descriptor const fd = open_file(file, O_RDWR);
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0) throw_file_error("cannot read", file);
        auto end = static_cast<std::uint64_t>(status.st_size);
        for (char piece[4096]; end > 0;) {  // from its end on: a line may be longer than what fits into memory
            std::size_t const size = std::min<std::uint64_t>(end, sizeof piece);
            if (!read_all_at(fd.get(), end - size, piece, size)) throw_file_error("cannot read", file);
            std::size_t const line_end = std::string_view{piece, size}.rfind('\n') + 1;
            end -= size - line_end;
            if (line_end > 0) break;
        }
        if (end < static_cast<std::uint64_t>(status.st_size) && ::ftruncate(fd.get(), static_cast<off_t>(end)) != 0)
            throw_file_error("cannot write", file);
    }

    /// Of an output in the copy of a run: its size and SHA-256; nothing if it is not there.
    std::optional<artifact_record> as_copied(run_directory const& run, std::string const& path) const {
        file_descriptor const fd = open_beneath(run.code(), path);
        struct stat status {};
        if (!fd || ::fstat(fd.get(), &status) != 0) return std::nullopt;
        auto const size = static_cast<std::uint64_t>(status.st_size);
        auto digest = sha256_of_range(fd.get(), 0, size, [this](std::uint64_t) {
            if (progress_) progress_(copy_.bytes);
        });
        if (!digest) throw_file_error("cannot read", run.code() / path);
        return artifact_record{path, size, std::move(*digest)};
    }

    void note_changed(run_directory const& run, run_record const& record) {
        for (artifact_record const& one : record.artifacts)
            if (as_copied(run, one.path) != one)
                report_.changed.push_back((run.code() / one.path).lexically_relative(to_).generic_string());
    }

    /// Nobody is to wait for a run that goes on elsewhere, nor to end it, because its supervisor is not found here.
    void finish(run_directory const& run, journal& log) {
        std::vector<json> events;
        for (artifact_record const& one : log.record().artifacts) {
            auto const now = as_copied(run, one.path);
            if (!now)
                events.push_back({{"event", "artifact_gone"}, {"path", one.path}});
            else if (*now != one)
                events.push_back(
                    {{"event", "artifact"}, {"path", one.path}, {"bytes", now->bytes}, {"sha256", now->sha256}});
        }
        if (!events.empty()) log.append_all(events);
        run_error const why{"EST-644",
                            "the run went on when its workspace was copied: this is what there was of it then; the "
                            "rest is in " +
                                (from_ / "runs" / run.run_id()).string()};
        if (!log.append_status(run_status::failed, {{"error", to_json(why)}})) return;
        report_.unfinished.push_back(run.run_id());
        std::error_code ignored;
        std::filesystem::remove(run.page(), ignored);
        refresh_page_if_over(run);
    }

    /// While nobody registers, changes or deletes a version.
    void copy_model(std::string const& name) {
        std::filesystem::path const home = from_ / "models" / name;
        if (!is_name(name)) return;
        file_descriptor const log{::open((home / "changes.jsonl").c_str(), O_RDONLY | O_CLOEXEC)};
        if (log) wait_for_lock(log.get(), LOCK_SH, told_while_waiting(progress_, copy_.bytes));
        copy_.make_folder(home, to_ / "models" / name);
        copy_.copy_below(home, to_ / "models" / name, [](std::string const& entry) { return entry.starts_with('.'); });
    }

    std::filesystem::path from_, to_;
    std::function<void(std::uint64_t)> const& progress_;
    folder_copy copy_;
    std::set<std::string> seen_{};
    copied_workspace report_{};
};
}  // namespace detail

/// Copies a workspace to a folder that is not there yet, or empty, while it is in use. The copy appears when it is
/// whole and on the disk. Each run is in it as it was at a moment of the copying: all that its journal told then, with
/// the files of that, which are held against their SHA-256; of a run that was going on what it had logged when its turn
/// came, and such a run is over in the copy: Failed, EST-644. The index is left out, since it is derived. Only
/// collect_garbage() waits until it is done, and a new version of a model while that model is copied. `progress` is
/// called with the bytes that were copied so far, while it waits, too; what it throws ends the work, and nothing of it
/// stays. EST-639: the folder is not empty, or in the workspace; EST-301, also if this user may not read all of the
/// workspace.
inline copied_workspace copy_workspace(workspace const& w, std::filesystem::path const& folder,
                                       std::function<void(std::uint64_t bytes)> const& progress = {}) {
    std::error_code code;
    std::filesystem::path const target = std::filesystem::weakly_canonical(absolute_path(folder), code);
    if (code) throw_file_error("cannot write", folder, code.value());
    bool const is_inside = *target.lexically_relative(w.path()).begin() != "..";
    auto const refuse = [&target](char const* why) {
        throw error{"EST-639",
                    {.what = "the workspace cannot be copied there",
                     .where = target.string(),
                     .why = why,
                     .remedy = "name a folder that is not there yet"}};
    };
    if (is_inside) refuse("it is in the workspace");
    if (!names_in(target).empty()) refuse("the folder is not empty");
    make_directories(target.parent_path());
    std::uint64_t const nothing = 0;
    detail::workspace_lock const keeps_the_snapshots{w.path(), detail::workspace_lock::kind::shared,
                                                     detail::told_while_waiting(progress, nothing)};
    detail::scratch_directory scratch{target.parent_path() /
                                      ("." + target.filename().string() + "." + detail::random_hex())};
    copied_workspace report = detail::workspace_copy{w.path(), scratch.path(), progress}.run(target);
    file_descriptor const there = open_file(scratch.path(), O_RDONLY | O_DIRECTORY);
    if (::syncfs(there.get()) != 0) throw_file_error("cannot write", target);
    if (!scratch.rename_to(target)) refuse("the folder is not empty");  // another copy was quicker
    detail::sync_directory(target.parent_path());
    report.folder = target;
    return report;
}

}  // namespace estima::inline v0_1
