// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/snapshot/content_reader.hpp>
#include <estima/snapshot/limits.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/tree_index.hpp>
#include <estima/snapshot/tree_scan.hpp>

namespace estima::inline v0_1 {

/// A snapshot that was taken.
struct snapshot_info {
    std::string id;                      ///< SHA-256 of the tree's manifest, 64 hexadecimal digits
    std::uint64_t files = 0, bytes = 0;  ///< links count as files; the sizes of the files
    bool reused = false;                 ///< the store had this very snapshot already
};

/// The snapshots of a workspace. Several processes and threads may use one store at once. A process that is killed
/// while it takes a snapshot leaves nothing but a file in tmp/, which is removed a day later.
class snapshot_store {
public:
    /// `root` is <workspace>/snapshots; it is made, for this user alone, when the first snapshot is taken.
    explicit snapshot_store(std::filesystem::path root) : layout_{std::move(root)} {}

    /// Copies the source directory into the store, or finds that it is there. Files that did not change since the last
    /// snapshot of the same directory are not opened. See docs/snapshot.md for what is left out.
    /// EST-200 no such directory, EST-201 too many bytes, EST-202 too many files, EST-203 links that lead out,
    /// EST-204 special files, EST-205 unreadable files, EST-206 files that keep changing, EST-301 the store.
    snapshot_info take(std::filesystem::path const& source_directory, snapshot_limits const& limits = {}) {
        std::error_code code;
        std::filesystem::path const source = std::filesystem::canonical(source_directory, code);
        file_descriptor directory;
        if (!code) directory.reset(::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!code && !directory) code.assign(errno, std::generic_category());
        if (code)
            throw error{"EST-200",
                        {.what = "the source directory cannot be opened",
                         .where = shown(source_directory.string()),
                         .why = code.message(),
                         .remedy = "set source_directory to an existing directory"}};
        for (int attempt = 0; attempt < 5; ++attempt)
            if (auto info = try_take(source, directory.get(), limits)) return *info;
        throw error{"EST-206",
                    {.what = "files kept appearing and vanishing while the snapshot was taken",
                     .where = shown(source.string()),
                     .remedy = "wait until they are written, or name them in .amlignore"}};
    }

    /// Makes the tree of a snapshot in `destination`; see `restore_snapshot`.
    void restore(std::string const& id, std::filesystem::path const& destination) const {
        restore_snapshot(layout_.root, id, destination);
    }

    /// What is in a snapshot. EST-207 no such snapshot, EST-208 its manifest is damaged.
    std::vector<snapshot_entry> entries(std::string const& id) const {
        manifest_reader reader = open_manifest(layout_, id);
        std::vector<snapshot_entry> result;
        for (snapshot_entry entry; reader.next(entry);) result.push_back(entry);
        return result;
    }

private:
    // Nothing if a file vanished between the look at its directory and its reading.
    std::optional<snapshot_info> try_take(std::filesystem::path const& source, int directory,
                                          snapshot_limits const& limits) {
        tree_index const index = tree_index::load(layout_, source.string());
        tree_index::ignore_file const ignore = read_ignore_file(source, directory, index);
        ignore_rules const rules{ignore.text};
        std::vector<std::string> pack_names = index.packs();
        std::vector<bool> packs_there;
        for (auto const& name : pack_names) packs_there.push_back(pack_is_whole(name));
        object_reader objects{layout_};
        snapshot_problems problems;
        source_tree tree = tree_scan{{.source = directory,
                                      .rules = &rules,
                                      .index = &index,
                                      .packs = &packs_there,
                                      .objects = &objects,
                                      .left_out = workspace_directories(directory),
                                      .give_up_at = limits.max_files + 200'000ULL},
                                     problems}
                               .run();
        limit_report::check(tree, limits, source, ignore.name);
        problems.throw_if_any(source);

        content_reader reader{directory, layout_, problems};
        bool const something_new = reader.plan(tree);
        if (something_new) {
            prepare();
            objects = object_reader{layout_};  // the store's directories may just have been made
            bool const steady = reader.run(objects, pack_names);
            problems.throw_if_any(source);
            if (!steady) return {};
        }
        manifest_text manifest;
        describe(tree.directories.front(), manifest);
        std::string const& text = manifest.finish();
        snapshot_info info{.id = sha256_hex(text), .files = tree.files, .bytes = tree.bytes};
        info.reused = write_tree(info.id, text);
        if (something_new || from_index(tree) != index.count() || ignore.name != index.ignore().name ||
            ignore.stamp != index.ignore().stamp)
            tree_index::save(layout_, source.string(), tree, ignore, pack_names);
        return info;
    }

    // .amlignore, or else .gitignore; the text comes from the index if the file is as it was.
    static tree_index::ignore_file read_ignore_file(std::filesystem::path const& source, int directory,
                                                    tree_index const& index) {
        for (char const* const name : {".amlignore", ".gitignore"}) {
            timespec now{};
            ::clock_gettime(CLOCK_REALTIME, &now);
            struct stat status {};
            if (::fstatat(directory, name, &status, 0) != 0 || !S_ISREG(status.st_mode)) continue;
            file_stamp const stamp{status};
            if (index.ignore().name == name && index.ignore().stamp == stamp) return index.ignore();
            try {
                bool const settled = stamp.settled(file_stamp::nanoseconds(now));
                return {name, read_file(source / name), settled ? stamp : file_stamp{}};
            } catch (error const& unreadable) {
                throw error{"EST-205",
                            {.what = "the ignore file cannot be read",
                             .where = (source / name).string(),
                             .why = unreadable.text().why,
                             .remedy = "make it readable for this user"}};
            }
        }
        return {};
    }

    bool pack_is_whole(std::string const& name) const {
        file_descriptor const packs{::open(layout_.packs().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        return pack::open(packs.get(), name).has_value();
    }

    // A workspace inside the source directory is no part of it, whatever its name.
    std::vector<std::pair<dev_t, ino_t>> workspace_directories(int source) const {
        std::vector<std::pair<dev_t, ino_t>> result;
        struct stat status {
        }, top{};
        auto leave_out = [&](std::filesystem::path const& path) {
            if (::stat(path.c_str(), &status) == 0) result.emplace_back(status.st_dev, status.st_ino);
        };
        std::filesystem::path const workspace = absolute_path(layout_.root).lexically_normal().parent_path();
        leave_out(layout_.root);
        leave_out(workspace);
        bool const is_source =
            ::fstat(source, &top) == 0 && !result.empty() && result.back() == std::pair{top.st_dev, top.st_ino};
        if (is_source)
            for (char const* const part : {"runs", "models"}) leave_out(workspace / part);
        return result;
    }

    void prepare() const {
        if (!layout_.root.parent_path().empty()) make_directories(layout_.root.parent_path());
        make_store(layout_);
        for (auto const& path :
             {layout_.objects(), layout_.packs(), layout_.trees(), layout_.index(), layout_.temporary()})
            detail::make_shared_folder(path, 0777);
        remove_left_behind(layout_);
    }

    static void describe(tree_directory const& directory, manifest_text& manifest) {
        for (auto const& entry : directory.entries) {
            switch (entry.kind) {
                case entry_kind::file:
                    manifest.file(directory.path, entry.name, entry.mode, entry.stamp.size, entry.digest);
                    break;
                case entry_kind::link:
                    manifest.link(directory.path, entry.name, entry.target);
                    break;
                case entry_kind::directory:
                    manifest.directory(directory.path, entry.name, entry.mode);
                    describe(*entry.directory, manifest);
                    break;
            }
        }
    }

    // True if it was there.
    bool write_tree(std::string const& id, std::string const& text) const {
        struct stat status {};
        std::filesystem::path const tree = layout_.tree(id);
        if (::stat(tree.c_str(), &status) == 0 && static_cast<std::size_t>(status.st_size) == text.size() &&
            read_file(tree) == text)
            return true;
        prepare();
        temporary_file file{layout_};
        file.write(text);
        file.publish(tree);
        return false;
    }

    static std::uint64_t from_index(source_tree const& tree) {
        std::uint64_t count = 0;
        for (auto const& directory : tree.directories) count += directory.from_index;
        return count;
    }

    store_layout layout_;
};

}  // namespace estima::inline v0_1
