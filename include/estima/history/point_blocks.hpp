// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/kept_blocks.hpp>
#include <estima/history/point_file.hpp>

namespace estima::inline v0_1::detail {

/// The blocks of a points file, by the slot where their name begins. What takes long to find is kept beside it, in
/// "<stem>.<process>.blocks".
class point_blocks {
public:
    /// Of that file, for one name. What is new in the file is added; `passes_gaps` is as in point_file::read. In the
    /// order of the file, but for names that two threads brought at once.
    static std::vector<point_block> of(point_file& file, std::filesystem::path const& path, std::string const& name,
                                       bool passes_gaps) {
        kept_blocks kept{kept_beside(path), magic};
        if (kept.head().file_id != file.id()) kept = {};
        std::uint64_t const end = file.end();
        block_list found;
        if (end < kept.head().next + enough_to_keep) {
            if (kept.head().next <= end && take_name(file, kept, name, found)) {
                std::uint64_t next = kept.head().next;
                file.read(next, passes_gaps, [&](stored_point const& p) {
                    if (*p.name == name) add(found, p);
                });
                return std::move(found.blocks);
            }
            kept = {};  // damaged, or the file was cut short
            found = {};
        }
        for (auto const& [slot, list] : read_all(file, path, std::move(kept), passes_gaps))
            if (std::string const* const its = file.name_at(slot); its != nullptr && *its == name)
                found.blocks.insert(found.blocks.end(), list.blocks.begin(), list.blocks.end());
        return std::move(found.blocks);
    }

    /// For all names, by the slots where they begin; one that two threads brought at once has several.
    static kept_blocks::lists all_of(point_file& file, std::filesystem::path const& path, bool passes_gaps) {
        kept_blocks kept{kept_beside(path), magic};
        if (kept.head().file_id != file.id() || kept.head().next > file.end()) kept = {};
        return read_all(file, path, std::move(kept), passes_gaps);
    }

private:
    static std::filesystem::path kept_beside(std::filesystem::path path) { return path.replace_extension(".blocks"); }

    /// From what is kept on; what took long is kept.
    static kept_blocks::lists read_all(point_file& file, std::filesystem::path const& path, kept_blocks kept,
                                       bool passes_gaps) {
        kept_blocks::lists all;
        std::uint64_t next = kept.head().next;
        if (!kept.take_all(all)) all.clear(), next = 0;
        std::uint64_t const before = next;
        std::uint64_t last_name = 0;
        block_list* last = nullptr;
        file.read(next, passes_gaps, [&](stored_point const& p) {
            if (p.name_slot != last_name) last = &all[last_name = p.name_slot];
            add(*last, p);
        });
        if (next < before + enough_to_keep) return all;
        kept_blocks::told_lists told;
        for (auto& [slot, list] : all) {
            std::string const* const its = file.name_at(slot);
            list.hash = checksum_of(its != nullptr ? *its : "");
            told.emplace(slot, &list);
        }
        kept_blocks::write(kept_beside(path), path, magic, {.file_id = file.id(), .next = next}, told);
        return all;
    }

    static constexpr std::uint64_t enough_to_keep = std::uint64_t{1} << 18U;  // 6 MB: some milliseconds
    static constexpr std::string_view magic = "estblok2";

    static void add(block_list& list, stored_point const& p) {
        list.open_block().add({p.value, p.stored_step, p.time, p.slot});
    }

    /// False if what is kept of it is damaged.
    static bool take_name(point_file& file, kept_blocks const& kept, std::string const& name, block_list& into) {
        std::uint64_t const hash = checksum_of(name);
        for (kept_blocks::entry const& e : kept.entries()) {
            if (e.hash != hash) continue;
            std::string const* const its = file.name_at(e.name);
            if (its != nullptr && *its == name && !kept.take(e, into)) return false;
        }
        return true;
    }
};

}  // namespace estima::inline v0_1::detail
