// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <estima/snapshot/manifest.hpp>

namespace estima::inline v0_1 {

/// What tells, without reading it, that a file is the one that was read before.
struct file_stamp {
    std::uint64_t size = 0, inode = 0;
    std::int64_t modified = 0, changed = 0;  ///< nanoseconds since 1970: of the contents; of anything

    file_stamp() = default;
    explicit file_stamp(struct stat const& status)
        : size{static_cast<std::uint64_t>(status.st_size)},
          inode{status.st_ino},
          modified{nanoseconds(status.st_mtim)},
          changed{nanoseconds(status.st_ctim)} {}
    bool operator==(file_stamp const&) const = default;

    static std::int64_t nanoseconds(timespec const& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; }

    /// A file may be written twice within one tick of the clock that stamps it; the second write then leaves no trace
    /// in the stamp. So a file that was changed just before it was read (at `read_at`) is read again the next time.
    bool settled(std::int64_t read_at) const {
        bool const whole_seconds = changed % 1'000'000'000 == 0 && modified % 1'000'000'000 == 0;  // FAT and its kind
        return changed + (whole_seconds ? 2'000'000'000 : 20'000'000) <= read_at;
    }
};

/// "The object has a file of its own", in place of the number of a pack.
inline constexpr std::uint32_t loose_object = 0xFFFFFFFF;

struct tree_directory;

/// A file, directory or link of the source directory, while a snapshot is taken.
struct tree_entry {
    std::string name;
    std::string target{};  ///< of a link
    entry_kind kind = entry_kind::file;
    bool known = false;    ///< the digest is that of the contents, and the store has the object
    bool settled = false;  ///< the stamp may be trusted the next time
    unsigned mode = 0;
    std::uint32_t pack = loose_object;  ///< index into the list of packs that the index file keeps
    file_stamp stamp{};
    object_digest digest{};
    tree_directory* directory = nullptr;
};

struct tree_directory {
    std::string path{};  ///< relative; "" for the source directory itself
    tree_directory* parent = nullptr;
    std::vector<tree_entry> entries{};  ///< sorted by name
    std::size_t from_index = 0;         ///< how many entries the index file knew

    std::string path_of(std::string_view name) const {
        std::string result = path;
        if (!result.empty()) result += '/';
        return result.append(name);
    }
    tree_entry const* find(std::string_view name) const {
        auto const hit = std::lower_bound(entries.begin(), entries.end(), name,
                                          [](tree_entry const& e, std::string_view n) { return e.name < n; });
        return hit != entries.end() && hit->name == name ? &*hit : nullptr;
    }
};

/// The source directory without what is ignored. A parent stands before its children.
struct source_tree {
    std::deque<tree_directory> directories{};
    std::uint64_t files = 0, bytes = 0;  ///< links count as files
    bool complete = true;                ///< false: the walk was given up, far over the limits
};

/// True if a link in `folder` with this target leads out of the tree, be it on the way only. Links met on the way are
/// followed, as the system would. A path that ends nowhere, or runs in circles, does not leave.
inline bool leaves_tree(tree_directory const& folder, std::string_view target) {
    if (target.starts_with('/')) return true;
    std::string rest{target};
    std::vector<tree_directory const*> at;  // null: a directory that is not in the tree
    for (tree_directory const* d = &folder; d != nullptr; d = d->parent) at.insert(at.begin(), d);
    for (int links = 0; !rest.empty();) {
        std::size_t const slash = rest.find('/');
        std::string const name = rest.substr(0, slash);
        rest.erase(0, slash == std::string::npos ? rest.size() : slash + 1);
        if (name.empty() || name == ".") continue;
        if (name == "..") {
            at.pop_back();
            if (at.empty()) return true;
            continue;
        }
        tree_entry const* const entry = at.back() == nullptr ? nullptr : at.back()->find(name);
        if (entry != nullptr && entry->kind == entry_kind::link) {
            if (++links > 40) return false;
            if (entry->target.starts_with('/')) return true;
            rest = entry->target + '/' + rest;
        } else {
            at.push_back(entry == nullptr ? nullptr : entry->directory);
        }
    }
    return false;
}

}  // namespace estima::inline v0_1
