// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/archive/tar_file.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/system/files.hpp>
#include <estima/system/make_temporary.hpp>

/// The archive of a run is a tar file whose names are those of the files in a workspace:
///
///     estima-run.json                        the first: {"format": 1, "run_id": "...", "snapshot_id": "...",
///                                            "mode": "755"}: how open what the run's user made was (octal)
///     runs/<run id>/...                      the run's folder, without what is derived from it
///     snapshots/objects/<2 digits>/<62>      the contents of its snapshot's files
///     snapshots/trees/<snapshot id>          the snapshot's manifest
///     SHA256SUMS                             the last: a line for each file before it, as sha256sum writes it
namespace estima::inline v0_1::detail {

constexpr std::uint64_t run_archive_format = 1;
constexpr char run_archive_head[] = "estima-run.json", run_archive_sums[] = "SHA256SUMS";

/// How open the files of a run are of which nobody has said how open they are to be: as umask made its folder, or its
/// journal, if one of them was closed since.
inline unsigned open_mode_of(run_directory const& run) {
    unsigned mode = 0;
    for (std::filesystem::path const& one : {run.path, run.journal()})
        if (struct stat status {}; ::stat(one.c_str(), &status) == 0) mode |= status.st_mode & 0777U;
    return mode;
}

/// Made anew when they are missing: no part of what the run is.
inline bool is_derived_file(std::string_view path) {
    return path == "index.html" || path == "supervisor.lock" ||
           (path.starts_with("metrics/") && is_blocks_file(path));
}

/// Whether a link at that place, relative to a folder, can lead nowhere but into the folder, whatever other such links
/// are there: first any number of `..` that stay inside, then names.
inline bool leads_inside(std::string_view path, std::string_view target) {
    if (target.empty() || target.starts_with('/')) return false;
    auto left = std::count(path.begin(), path.end(), '/');
    bool had_name = false;
    while (!target.empty()) {
        std::size_t const end = target.find('/');
        std::string_view const part = target.substr(0, end);
        target.remove_prefix(end == std::string_view::npos ? target.size() : end + 1);
        if (part == "..") {
            if (had_name || left-- == 0) return false;
        } else if (!part.empty() && part != ".") {
            had_name = true;
        }
    }
    return true;
}

/// What is exported of a run's folder, parents first, sorted by name.
class run_files {
public:
    /// EST-301.
    explicit run_files(std::filesystem::path folder) : folder_{std::move(folder)} { add({}); }

    std::vector<tar_entry> const& entries() const { return entries_; }
    std::vector<std::string> const& left_out() const { return left_out_; }

private:
    void add(std::string const& below) {
        std::vector<std::string> names = names_in(folder_ / below);
        std::sort(names.begin(), names.end());
        for (std::string const& name : names) {
            std::string const path = below.empty() ? name : below + "/" + name;
            if (is_derived_file(without_temporary_end(path))) continue;  // it may vanish, and be another user's
            struct stat status {};
            // A journal that is a link is read all the same, and an archive without one is of no run.
            bool const is_journal = path == run_directory{folder_}.journal().filename();
            if (::fstatat(AT_FDCWD, (folder_ / path).c_str(), &status, is_journal ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
                throw_file_error("cannot read", folder_ / path);
            tar_entry one{.path = path, .mode = status.st_mode & 0777U, .changed = status.st_mtime};
            if (S_ISREG(status.st_mode)) {
                one.size = static_cast<std::uint64_t>(status.st_size);
            } else if (S_ISDIR(status.st_mode)) {
                one.kind = tar_kind::directory;
            } else if (S_ISLNK(status.st_mode)) {
                std::error_code code;
                one.kind = tar_kind::link;
                one.target = std::filesystem::read_symlink(folder_ / path, code).string();
            } else {
                one.kind = tar_kind::other;
            }
            if (one.kind == tar_kind::other || (one.kind == tar_kind::link && !leads_inside(path, one.target))) {
                left_out_.push_back(path);
                continue;
            }
            entries_.push_back(std::move(one));
            if (S_ISDIR(status.st_mode)) add(path);
        }
    }

    std::filesystem::path folder_;
    std::vector<tar_entry> entries_{};
    std::vector<std::string> left_out_{};
};

/// As sha256sum writes and reads it: names with a line's end or a backslash are escaped.
inline std::string sums_text(std::map<std::string, std::string> const& sums) {
    std::string text;
    for (auto const& [path, sum] : sums) {
        std::string name;
        for (char const c : path)
            if (c == '\n') name += "\\n";
            else if (c == '\r') name += "\\r";
            else if (c == '\\') name += "\\\\";
            else name += c;
        if (name != path) text += '\\';
        text += sum + "  " + name + '\n';
    }
    return text;
}

}  // namespace estima::inline v0_1::detail
