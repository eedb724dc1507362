// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/snapshot/object_writer.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/folder_look.hpp>

namespace estima::inline v0_1 {

/// What was removed from a store of snapshots, or would be.
struct pruned {
    std::uint64_t snapshots = 0, objects = 0, bytes = 0;
    std::vector<not_removed> passed_over{};  ///< what should have gone and stays, each folder once
};

namespace detail {
class store_pruning {
public:
    store_pruning(std::filesystem::path root, double before, bool is_trial)
        : layout_{std::move(root)}, before_{before}, is_trial_{is_trial} {}

    pruned run(std::set<std::string> const& wanted) {
        if (prune_trees(wanted)) {
            prune_loose();
            object_reader objects{layout_};
            for (pack const& one : objects.load_packs()) prune(one);
            // They name objects that are there no more.
            if (!is_trial_ && result_.objects > 0)
                for (std::string const& name : names_in(layout_.index())) ::unlink((layout_.index() / name).c_str());
        }
        for (auto const& [path, why] : passed_over_) result_.passed_over.push_back({path, why});
        return std::move(result_);
    }

private:
    /// False if it is not known what those that stay need: then nothing else may go.
    bool prune_trees(std::set<std::string> const& wanted) {
        struct stat status {};
        if (::stat(layout_.trees().c_str(), &status) != 0) {
            if (errno != ENOENT) passed_over_.emplace(layout_.trees().string(), std::strerror(errno));
            return false;
        }
        bool has_doubt = false;
        for (std::string const& id : names_in(layout_.trees())) {
            if (!is_digest_text(id)) continue;  // no snapshot: somebody else's
            std::filesystem::path const tree = layout_.tree(id);
            if (!wanted.contains(id) && is_old(tree) && remove(tree)) {
                ++result_.snapshots;
            } else if (!note_objects_of(id) && (::lstat(tree.c_str(), &status) == 0 || errno != ENOENT)) {
                passed_over_.emplace(tree.string(), "it cannot be read: no contents of snapshots are removed");
                has_doubt = true;
            }
        }
        return !has_doubt;
    }

    /// Also what a killed pruning left, and what was received for a snapshot that never came.
    void prune_loose() {
        for (std::string const& folder : names_below(layout_.objects()))
            for (std::string const& rest : names_below(layout_.objects() / folder)) {
                std::filesystem::path const object = layout_.objects() / folder / rest;
                bool const is_dead = is_digest_text(folder + rest) && !live_.contains(folder + rest);
                if (is_dead && is_old(object) && remove(object)) ++result_.objects;
            }
    }

    std::vector<std::string> names_below(std::filesystem::path const& folder) {
        try {
            return names_in(folder);
        } catch (error const& e) {
            passed_over_.emplace(folder.string(), e.text().why);
            return {};
        }
    }

    bool is_old(std::filesystem::path const& path) const {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 && seconds_of(status.st_mtim) <= before_;
    }

    /// Whether something can be taken out of that folder; if not, that is told.
    bool may_empty(std::filesystem::path const& folder) {
        auto const [known, is_new] = emptied_.try_emplace(folder.string(), 0);
        if (is_new) known->second = why_not_emptied(folder.c_str());
        if (known->second != 0) passed_over_.emplace(folder.string(), std::strerror(known->second));
        return known->second == 0;
    }

    bool remove(std::filesystem::path const& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || !may_empty(path.parent_path())) return false;
        if (!is_trial_ && ::unlink(path.c_str()) != 0) {
            if (errno != ENOENT) passed_over_.emplace(path.string(), std::strerror(errno));
            return false;
        }
        result_.bytes += static_cast<std::uint64_t>(status.st_size);
        return true;
    }

    /// False if the tree cannot be read.
    bool note_objects_of(std::string const& id) {
        try {
            manifest_reader manifest = open_manifest(layout_, id);
            for (snapshot_entry entry; manifest.next(entry);)
                if (!entry.digest.empty()) live_.insert(entry.digest);
            return true;
        } catch (error const&) {
            return false;
        }
    }

    /// A pack goes when nobody needs any of it, and is written anew without what nobody needs when that is half of it.
    void prune(pack const& one) {
        std::uint64_t dead_bytes = 0, dead = 0, all = 0;
        std::string_view const table = one.table();
        for (std::size_t at = 0; at < table.size(); at += sizeof(pack_record)) {
            pack_record record;
            std::memcpy(&record, table.data() + at, sizeof record);
            ++all;
            if (live_.contains(to_hex(record.digest))) continue;
            ++dead;
            dead_bytes += record.size;
        }
        std::filesystem::path const path = layout_.packs() / one.name();
        if (dead == 0 || (dead < all && dead_bytes * 2 < one.size()) || !is_old(path) || !may_empty(layout_.packs()))
            return;
        try {
            if (!is_trial_)
                keep_in_new_pack(layout_, one, [this](std::string const& hex) { return live_.contains(hex); });
            result_.objects += dead;
            result_.bytes += dead == all ? one.size() : dead_bytes;
        } catch (error const& e) {
            passed_over_.emplace(path.string(), e.text().why);
        }
    }

    store_layout layout_;
    double before_;
    bool is_trial_;
    pruned result_{};
    std::unordered_set<std::string> live_{};
    std::map<std::string, std::string> passed_over_{};
    std::map<std::string, int> emptied_{};
};
}  // namespace detail

/// Removes the snapshots that are not in `wanted` and were taken before that time (seconds since 1970), and what no
/// snapshot needs and was written before it. Nobody may take a snapshot meanwhile. With `is_trial` nothing is removed,
/// and what would be is told. What cannot be removed is passed over and told. EST-301: the list of snapshots cannot be
/// read.
inline pruned prune_store(std::filesystem::path const& root, std::set<std::string> const& wanted, double before,
                          bool is_trial = false) {
    return detail::store_pruning{root, before, is_trial}.run(wanted);
}

}  // namespace estima::inline v0_1
