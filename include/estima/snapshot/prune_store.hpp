// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/snapshot/object_writer.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/snapshot/store_layout.hpp>
#include <estima/snapshot/take_damage_out.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1 {

/// What was removed from a store of snapshots, or would be.
struct pruned {
    std::uint64_t snapshots = 0, objects = 0, bytes = 0;
};

namespace detail {
class store_pruning {
public:
    store_pruning(std::filesystem::path root, bool is_trial) : layout_{std::move(root)}, is_trial_{is_trial} {}

    pruned run(std::set<std::string> const& wanted, double before) {
        bool has_doubt = false;
        for (std::string const& id : names_in(layout_.trees())) {
            struct stat status {};
            bool const is_old = ::stat(layout_.tree(id).c_str(), &status) == 0 && seconds_of(status.st_mtim) <= before;
            if (wanted.contains(id) || !is_old) has_doubt |= !note_objects_of(id);
            else if (remove(layout_.tree(id))) ++result_.snapshots;
        }
        // What a damaged tree needs is not known: then nothing goes.
        if (has_doubt || result_.snapshots == 0) return result_;
        for (std::string const& folder : names_in(layout_.objects()))
            for (std::string const& rest : names_in(layout_.objects() / folder))
                if (is_digest_text(folder + rest) && !live_.contains(folder + rest) &&
                    remove(layout_.objects() / loose_name(folder + rest)))
                    ++result_.objects;
        object_reader objects{layout_};
        for (pack const& one : objects.load_packs()) prune(one);
        // They name objects that are there no more.
        if (!is_trial_)
            for (std::string const& name : names_in(layout_.index())) ::unlink((layout_.index() / name).c_str());
        return result_;
    }

private:
    bool remove(std::filesystem::path const& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || (!is_trial_ && ::unlink(path.c_str()) != 0)) return false;
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
        if (dead == 0 || (dead < all && dead_bytes * 2 < one.size())) return;
        result_.objects += dead;
        result_.bytes += dead == all ? one.size() : dead_bytes;
        if (is_trial_) return;
        keep_in_new_pack(layout_, one, [this](std::string const& hex) { return live_.contains(hex); });
    }

    store_layout layout_;
    bool is_trial_;
    pruned result_{};
    std::unordered_set<std::string> live_{};
};
}  // namespace detail

/// Removes the snapshots that are not in `wanted` and were taken before that time (seconds since 1970), and what only
/// they needed. Nobody may take a snapshot meanwhile. With `is_trial` nothing is removed, and what would be is told.
/// EST-301.
inline pruned prune_store(std::filesystem::path const& root, std::set<std::string> const& wanted, double before,
                          bool is_trial = false) {
    return detail::store_pruning{root, is_trial}.run(wanted, before);
}

}  // namespace estima::inline v0_1
