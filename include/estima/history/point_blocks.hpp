// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <estima/history/point_file.hpp>
#include <estima/system/checksum.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// A point of a block.
struct block_point {
    double value = 0;
    std::int64_t step = no_step;
    std::int64_t time = 0;   ///< microseconds since 1970
    std::uint32_t slot = 0;  ///< its place in the file
    std::int32_t rank = 0;   ///< known where several files are read
};

/// Some hundred points of one name, neighbours in a points file.
struct point_block {
    static constexpr std::uint32_t most_points = 512;
    block_point lowest{}, highest{}, last{};  ///< of NaN and other numbers the others; of NaN alone any
    std::int64_t first_step = 0, last_step = 0, first_time = 0, last_time = 0;  ///< the smallest and the largest
    std::uint64_t begin = 0;  ///< the first one's slot; `last` is in the last one
    std::uint32_t count = 0, count_of_steps = 0;

    void add(block_point const& p) {
        if (count == 0) {
            begin = p.slot;
            lowest = highest = p;
            first_time = last_time = p.time;
        }
        if (p.value < lowest.value || std::isnan(lowest.value)) lowest = p;
        if (p.value > highest.value || std::isnan(highest.value)) highest = p;
        last = p;
        first_time = std::min(first_time, p.time);
        last_time = std::max(last_time, p.time);
        if (p.step != no_step) {
            first_step = count_of_steps == 0 ? p.step : std::min(first_step, p.step);
            last_step = count_of_steps == 0 ? p.step : std::max(last_step, p.step);
            ++count_of_steps;
        }
        ++count;
    }
};
static_assert(sizeof(point_block) == 3 * 32 + 32 + 16);

/// The blocks of a points file, by the slot where their name begins. What takes long to find is kept beside it, in
/// "<stem>.<process>.blocks", which is derived: it is made anew when it is missing, damaged or another file's.
class point_blocks {
public:
    /// Of that file, for one name. What is new in the file is added; `passes_gaps` is as in point_file::read. In the
    /// order of the file, but for names that two threads brought at once.
    static std::vector<point_block> of(point_file& file, std::filesystem::path const& path, std::string const& name,
                                       bool passes_gaps) {
        std::filesystem::path const kept = std::filesystem::path{path}.replace_extension(".blocks");
        std::string bytes;
        head known = read_head(file, kept, bytes);
        std::uint64_t const end = file.end();
        std::vector<point_block> found;
        if (end < known.next + enough_to_keep) {
            if (known.next <= end && take_name(file, bytes, known, name, found)) {
                std::uint64_t next = known.next;
                file.read(next, passes_gaps, [&](stored_point const& p) {
                    if (*p.name == name) add(found, p);
                });
                return found;
            }
            known = {};  // damaged, or the file was cut short
            found.clear();
        }
        std::map<std::uint64_t, std::vector<point_block>> all;
        std::uint64_t next = known.next;
        if (!take_all(bytes, known, all)) all.clear(), next = 0;
        std::uint64_t last_name = 0;
        std::vector<point_block>* last = nullptr;
        file.read(next, passes_gaps, [&](stored_point const& p) {
            if (p.name_slot != last_name) last = &all[last_name = p.name_slot];
            add(*last, p);
        });
        keep(file, kept, next, all);
        for (auto& [slot, blocks] : all)
            if (std::string const* its = file.name_at(slot); its != nullptr && *its == name)
                found.insert(found.end(), blocks.begin(), blocks.end());
        return found;
    }

private:
    static constexpr std::uint64_t enough_to_keep = std::uint64_t{1} << 18U;  // 6 MB: some milliseconds
    static constexpr char magic[8] = {'e', 's', 't', 'b', 'l', 'o', 'k', '1'};

    struct head {
        char magic[8] = {};
        std::uint64_t check = 0;  ///< of the rest of the head and the entries
        std::uint64_t file_id = 0, next = 0, names = 0;
    };
    struct entry {
        std::uint64_t name = 0;  ///< its slot
        std::uint64_t hash = 0;  ///< of its text
        std::uint64_t offset = 0, count = 0;
        std::uint64_t check = 0;  ///< of its blocks
    };

    static void add(std::vector<point_block>& blocks, stored_point const& p) {
        if (blocks.empty() || blocks.back().count == point_block::most_points) blocks.emplace_back();
        blocks.back().add({p.value, p.step.value_or(no_step), p.time, static_cast<std::uint32_t>(p.slot)});
    }

    static std::uint64_t check_of(std::string_view bytes, head const& h) {
        return checksum_of(
            bytes.substr(offsetof(head, file_id),
                         sizeof(head) - offsetof(head, file_id) + static_cast<std::size_t>(h.names) * sizeof(entry)));
    }

    /// All zeros if there is nothing that can be used.
    static head read_head(point_file const& file, std::filesystem::path const& kept, std::string& bytes) {
        head h;
        try {
            std::error_code code;
            if (std::filesystem::is_regular_file(kept, code)) bytes = read_file(kept);
        } catch (error const&) {
            return {};
        }
        if (bytes.size() < sizeof h) return {};
        std::memcpy(&h, bytes.data(), sizeof h);
        bool const fits = std::memcmp(h.magic, magic, sizeof magic) == 0 && h.file_id == file.id() &&
                          h.names <= (bytes.size() - sizeof h) / sizeof(entry);
        return fits && h.check == check_of(bytes, h) ? h : head{};
    }

    static entry entry_of(std::string_view bytes, std::uint64_t i) {
        entry e;
        std::memcpy(&e, bytes.data() + sizeof(head) + i * sizeof e, sizeof e);
        return e;
    }

    /// False if they are damaged.
    static bool take(std::string_view bytes, entry const& e, std::vector<point_block>& into) {
        if (e.offset > bytes.size() || e.count > (bytes.size() - e.offset) / sizeof(point_block)) return false;
        std::string_view const part = bytes.substr(e.offset, e.count * sizeof(point_block));
        if (checksum_of(part) != e.check) return false;
        std::size_t const before = into.size();
        into.resize(before + e.count);
        if (!part.empty()) std::memcpy(static_cast<void*>(into.data() + before), part.data(), part.size());
        return true;
    }
    static bool take_name(point_file& file, std::string_view bytes, head const& h, std::string const& name,
                          std::vector<point_block>& into) {
        std::uint64_t const hash = checksum_of(name);
        for (std::uint64_t i = 0; i < h.names; ++i) {
            entry const e = entry_of(bytes, i);
            if (e.hash != hash) continue;
            std::string const* const its = file.name_at(e.name);
            if (its != nullptr && *its == name && !take(bytes, e, into)) return false;
        }
        return true;
    }
    static bool take_all(std::string_view bytes, head const& h,
                         std::map<std::uint64_t, std::vector<point_block>>& into) {
        for (std::uint64_t i = 0; i < h.names; ++i) {
            entry const e = entry_of(bytes, i);
            if (!take(bytes, e, into[e.name])) return false;
        }
        return true;
    }

    static void keep(point_file& file, std::filesystem::path const& kept, std::uint64_t next,
                     std::map<std::uint64_t, std::vector<point_block>> const& all) {
        head h;
        std::memcpy(h.magic, magic, sizeof magic);
        h.file_id = file.id();
        h.next = next;
        h.names = all.size();
        std::string bytes(sizeof h + all.size() * sizeof(entry), '\0');
        std::size_t at = sizeof h;
        for (auto const& [name, blocks] : all) {
            std::string_view const part{reinterpret_cast<char const*>(blocks.data()),
                                        blocks.size() * sizeof(point_block)};
            std::string const* const text = file.name_at(name);
            entry const e{name, checksum_of(text ? *text : ""), bytes.size(), blocks.size(), checksum_of(part)};
            std::memcpy(bytes.data() + at, &e, sizeof e);
            at += sizeof e;
            bytes.append(part);
        }
        std::memcpy(bytes.data(), &h, sizeof h);
        h.check = check_of(bytes, h);
        std::memcpy(bytes.data(), &h, sizeof h);
        try {
            replace_file(kept, bytes);
        } catch (error const&) {  // no room, or a workspace that is read-only: the next look takes as long
        }
    }
};

}  // namespace estima::inline v0_1::detail
