// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/archive/run_archive.hpp>
#include <estima/archive/tar_file.hpp>
#include <estima/history/known_record.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/json.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/rename_to_new.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/sha256_of_file.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

/// Called with the bytes that are done, of all. What it throws ends the work, and nothing of it stays.
using archive_progress = std::function<void(std::uint64_t bytes, std::uint64_t total)>;

struct export_run_options {
    bool exist_ok = false;  ///< the archive takes the place of a file of its name
    archive_progress progress{};
};

/// What export_run() wrote.
struct exported_run {
    std::string run_id;
    std::filesystem::path file;
    std::uint64_t files = 0, bytes = 0;   ///< of the run and its snapshot
    std::uint64_t archive_bytes = 0;      ///< the size of the archive
    std::vector<std::string> left_out{};  ///< paths in the run of links that lead out of it, sockets, and the like
    std::vector<std::string> changed{};   ///< outputs that are not there, or do not have the SHA-256 that was recorded
    bool has_snapshot = false;            ///< false if the workspace does not have it any more
};

namespace detail {
class run_export {
public:
    run_export(int fd, std::filesystem::path const& file, archive_progress const& progress)
        : to_{fd, file}, progress_{progress} {}

    void write(run_directory const& run, run_record const& record, exported_run& report) {
        std::string const& snapshot_id = record.snapshot_id;
        run_files const all{run.path};
        report.left_out = all.left_out();
        store_layout const layout{run.snapshots()};
        report.has_snapshot = is_digest_text(snapshot_id) && is_there(layout.tree(snapshot_id));
        std::vector<snapshot_entry> objects;
        if (report.has_snapshot) objects = objects_of(layout, snapshot_id);
        for (tar_entry const& one : all.entries()) total_ += one.size;
        for (snapshot_entry const& one : objects) total_ += one.size;

        std::string const id = run.run_id(), home = "runs/" + id;
        char mode[8] = {};
        std::to_chars(mode, mode + sizeof mode - 1, open_mode_of(run), 8);
        json const head{
            {"format", run_archive_format}, {"run_id", id}, {"snapshot_id", snapshot_id}, {"mode", mode}};
        add_text(run_archive_head, head.dump() + "\n");
        for (tar_entry one : all.entries()) {
            std::filesystem::path const file = run.path / one.path;
            one.path = home + "/" + one.path;
            if (one.kind != tar_kind::file) {
                to_.begin(one);
                continue;
            }
            int const follow = file == run.journal() ? 0 : O_NOFOLLOW;
            file_descriptor const fd = open_file(file, O_RDONLY | follow | O_NONBLOCK);
            struct stat status {};
            if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
                throw_file_error("cannot read", file, EINVAL);
            one.size = static_cast<std::uint64_t>(status.st_size);  // it may have grown
            add_file(one, file, fd.get(), 0);
        }
        for (artifact_record const& one : record.artifacts)
            if (!is_as_recorded(run, home, one)) report.changed.push_back("code/" + one.path);
        object_reader reader{layout};
        for (snapshot_entry const& one : objects) {
            tar_entry const entry{
                .path = "snapshots/objects/" + loose_name(one.digest), .mode = 0444, .size = one.size};
            auto const place = reader.find(one.digest, one.size);
            if (!place || add_file(entry, layout.objects(), place->fd, place->offset) != one.digest)
                throw error{"EST-208",
                            {.what = "the store has lost, or has damaged contents of " + shown(one.path) +
                                     " of snapshot " + snapshot_id,
                             .where = layout.root.string(),
                             .remedy = "submit from the same source directory again: what is missing is added"}};
        }
        if (report.has_snapshot) add_text("snapshots/trees/" + snapshot_id, read_file(layout.tree(snapshot_id)));
        report.files = sums_.size();
        report.bytes = done_;
        add_text(run_archive_sums, sums_text(sums_));
        to_.finish();
    }

private:
    /// A file for each of the contents that the snapshot needs.
    static std::vector<snapshot_entry> objects_of(store_layout const& layout, std::string const& snapshot_id) {
        manifest_reader manifest = open_manifest(layout, snapshot_id);
        std::set<std::string> seen;
        std::vector<snapshot_entry> objects;
        for (snapshot_entry entry; manifest.next(entry);)
            if (entry.kind == entry_kind::file && seen.insert(entry.digest).second) objects.push_back(entry);
        return objects;
    }

    /// Most outputs were hashed when they were written; one that a link leads to has no entry of that name.
    bool is_as_recorded(run_directory const& run, std::string const& home, artifact_record const& one) const {
        auto const written = sums_.find(home + "/code/" + one.path);
        if (written != sums_.end()) return written->second == one.sha256;
        file_descriptor const fd = open_beneath(run.code(), one.path);
        auto const tell = [this](std::uint64_t) {
            if (progress_) progress_(done_, std::max(total_, done_));
        };
        return fd && sha256_of_range(fd.get(), 0, one.bytes, tell) == one.sha256;
    }

    void add_text(std::string path, std::string const& text) {
        to_.begin({.path = path, .size = text.size()});
        to_.write(text);
        done_ += text.size();
        sums_.emplace(std::move(path), sha256_hex(text));
    }

    /// Its SHA-256. EST-301, also if there are not as many bytes any more.
    std::string add_file(tar_entry const& one, std::filesystem::path const& file, int fd, std::uint64_t offset) {
        to_.begin(one);
        for (std::uint64_t left = one.size; left > 0;) {
            ssize_t const n =
                ::pread(fd, buffer_.get(), std::min<std::uint64_t>(left, piece), static_cast<off_t>(offset));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) throw_file_error("cannot read", file, n == 0 ? ENODATA : errno);
            std::string_view const bytes{buffer_.get(), static_cast<std::size_t>(n)};
            hash_.update(bytes);
            to_.write(bytes);
            offset += bytes.size();
            left -= bytes.size();
            done_ += bytes.size();
            if (progress_) progress_(done_, std::max(total_, done_));
        }
        return sums_.emplace(one.path, hash_.hex_digest()).first->second;
    }

    static constexpr std::size_t piece = 256 * 1024;
    tar_writer to_;
    archive_progress const& progress_;
    std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(piece);
    sha256 hash_{};
    std::map<std::string, std::string> sums_{};
    std::uint64_t done_ = 0, total_ = 0;
};

[[noreturn]] inline void throw_archive_is_there(std::filesystem::path const& file) {
    throw error{"EST-508",
                {.what = "something is already there",
                 .where = file.string(),
                 .remedy = "choose another name, or allow it with exist_ok (estima export --overwrite)"}};
}
}  // namespace detail

/// Writes a run that is over, with its snapshot, to one file: a tar file, compressed by zstd if its name ends in
/// .tar.zst or .tzst, by gzip if in .tar.gz or .tgz, not at all if in .tar. The file appears when it is whole and on
/// the disk. An output that is not as it was recorded is in it as it is, and told. EST-648: its name ends otherwise;
/// EST-508: there is a file of that name; EST-638: the run is not over; EST-307: there is none; EST-647: its journal is
/// lost; EST-208: its snapshot is damaged; EST-301.
inline exported_run export_run(workspace const& w, std::string const& id, std::filesystem::path const& file,
                               export_run_options const& options = {}) {
    run_directory const directory = w.run(id).directory();
    run_record const record = known_record(directory);
    if (!is_terminal(record.status))
        throw error{"EST-638",
                    {.what = "a run that is not over cannot be exported",
                     .where = id,
                     .remedy = "wait for its end, or cancel it"}};
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        throw error{"EST-301",
                    {.what = "cannot write " + file.string(),
                     .why = "Is a directory",
                     .remedy = "name a file, such as " + (file / (id + ".tar.zst")).string()}};
    struct stat there {};
    if (!options.exist_ok && ::lstat(file.c_str(), &there) == 0) detail::throw_archive_is_there(file);
    std::string temporary = file.string() + ".XXXXXX";
    file_descriptor const fd = make_temporary(temporary);
    if (!fd) throw_file_error("cannot write", file);
    try {
        exported_run report{.run_id = id, .file = file};
        while_there(directory, [&](run_directory const& here) {
            detail::run_export{fd.get(), file, options.progress}.write(here, record, report);
        });
        struct stat status {};
        if (::fstat(fd.get(), &status) != 0 || ::fsync(fd.get()) != 0)
            throw_file_error("cannot write", file);
        int refused = 0;
        if (!options.exist_ok) refused = detail::rename_to_new(temporary, file);
        else if (::rename(temporary.c_str(), file.c_str()) != 0) refused = errno;
        if (refused == EEXIST) detail::throw_archive_is_there(file);
        if (refused != 0) throw_file_error("cannot write", file, refused);
        report.archive_bytes = static_cast<std::uint64_t>(status.st_size);
        return report;
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

}  // namespace estima::inline v0_1
