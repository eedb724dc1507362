// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/known_record.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/read_all_at.hpp>
#include <estima/system/sha256.hpp>
#include <estima/workspace/run.hpp>
#include <estima/workspace/unified_diff.hpp>

namespace estima::inline v0_1 {

/// A file, directory or link that is not the same in the snapshots of two runs.
struct code_difference {
    std::string path;
    std::optional<snapshot_entry> before{}, after{};  ///< kind, size, permissions, SHA-256; nothing if it is not there
    std::string unified{};  ///< of text files, as `diff -u` tells it and `patch -p1` takes it; empty for all others
};

struct code_options {
    std::size_t context = 3;                         ///< lines around each change
    std::uint64_t largest = std::uint64_t{1} << 20;  ///< bytes; the texts of larger files are not compared
};

namespace detail {
/// The entries of a run's snapshot by their paths, and their contents.
class run_code {
public:
    run_code(run const& one, std::uint64_t largest)
        : layout_{one.directory().snapshots()}, objects_{layout_}, largest_{largest} {
        manifest_reader manifest = open_manifest(layout_, known_record(one.directory()).snapshot_id);
        for (snapshot_entry entry; manifest.next(entry);) entries_.emplace(entry.path, entry);
    }

    std::map<std::string, snapshot_entry> const& entries() const { return entries_; }

    /// The text of a file; that of one that is not there is empty. Nothing if it is no text. EST-208.
    std::optional<std::string> text_of(std::optional<snapshot_entry> const& entry) {
        if (!entry) return "";
        if (entry->kind != entry_kind::file || entry->size > largest_) return std::nullopt;
        std::string text(static_cast<std::size_t>(entry->size), '\0');
        auto const place = objects_.find(entry->digest, entry->size);
        if (!place || !read_all_at(place->fd, place->offset, text.data(), text.size()) ||
            sha256_hex(text) != entry->digest)
            throw error{"EST-208",
                        {.what = "the store has lost, or has damaged contents of " + shown(entry->path),
                         .where = layout_.root.string(),
                         .remedy = "submit from the same source directory again: what is missing is added"}};
        return text.find('\0') == std::string::npos ? std::optional{std::move(text)} : std::nullopt;
    }

private:
    store_layout layout_;
    object_reader objects_;
    std::uint64_t largest_;
    std::map<std::string, snapshot_entry> entries_{};
};

inline bool is_same_code(snapshot_entry const& a, snapshot_entry const& b) {
    return a.kind == b.kind && a.mode == b.mode && a.digest == b.digest && a.target == b.target;
}
}  // namespace detail

/// What changed in the code from one run to another, by the paths. EST-207: a run has no snapshot any more; EST-208:
/// one is damaged.
inline std::vector<code_difference> compare_code(run const& before, run const& after,
                                                 code_options const& options = {}) {
    detail::run_code a{before, options.largest}, b{after, options.largest};
    std::map<std::string, code_difference> all;
    for (auto const& [path, entry] : a.entries()) all[path].before = entry;
    for (auto const& [path, entry] : b.entries()) all[path].after = entry;
    std::vector<code_difference> changed;
    for (auto& [path, one] : all) {
        if (one.before && one.after && detail::is_same_code(*one.before, *one.after)) continue;
        one.path = path;
        // What became a folder, or was one, is removed, or comes.
        auto const but_folder = [](std::optional<snapshot_entry> const& entry) {
            return entry && entry->kind != entry_kind::directory ? entry : std::nullopt;
        };
        std::optional<snapshot_entry> const left = but_folder(one.before), right = but_folder(one.after);
        auto const x = a.text_of(left), y = b.text_of(right);
        if (x && y && (left || right))
            one.unified = unified_diff(*x, *y, left ? "a/" + path : "/dev/null", right ? "b/" + path : "/dev/null",
                                       options.context);
        changed.push_back(std::move(one));
    }
    return changed;
}

}  // namespace estima::inline v0_1
