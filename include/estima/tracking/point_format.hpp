// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace estima::inline v0_1::detail {

/// The layout of a points file: the numbers that one process logged, in the order in which it did. A header, then pages
/// of slots. A slot is a point, or a part of a name; it was published when its word is not 0. Slots are reserved in
/// order and published by whoever reserved them, so that one which a killed process did not publish stays empty.
/// All numbers are little-endian.
struct point_slot {
    std::uint64_t word = 0;  ///< published last, by one store: see point_word and name_word
    double value = 0;        ///< or eight bytes of a name
    std::int64_t step = 0;   ///< no_step, or eight bytes of a name
};

struct point_page {
    static constexpr std::size_t slot_count = 170;
    std::uint64_t file_id = 0;  ///< the header's: the page is of this file
    std::uint64_t number = 0;   ///< of the page
    point_slot slots[slot_count];
};

struct point_header {
    static constexpr char expected_magic[8] = {'e', 's', 't', 'p', 'o', 'i', 'n', 't'};
    static constexpr std::uint32_t newest_version = 1;
    char magic[8] = {};
    std::uint32_t version = 0, page_size = 0;
    std::uint64_t file_id = 0;  ///< a random number
    std::int64_t base = 0;      ///< what the times of points are counted from: time_before_file before `created`
    std::int64_t created = 0;   ///< microseconds since 1970
    std::uint64_t process = 0;  ///< its id
    std::uint64_t next = 0;     ///< the first slot that nobody has reserved
    std::uint64_t dropped = 0;  ///< how many values and uploads its process could not hand on
};

inline constexpr std::size_t point_page_size = 4096;
static_assert(sizeof(point_slot) == 24 && sizeof(point_page) == point_page_size);
static_assert(sizeof(point_header) <= point_page_size);

inline constexpr std::int64_t no_step = std::numeric_limits<std::int64_t>::min();
inline constexpr std::uint64_t most_slots = std::uint64_t{1} << 24U;  ///< of a file: 404 MB. Then comes another file
inline constexpr std::uint64_t point_file_size =
    (most_slots / point_page::slot_count + 2) * std::uint64_t{point_page_size};  ///< at most

/// Where a slot is, from the beginning of the file. The header has the first page, so page n is at (n + 1) * 4096.
constexpr std::uint64_t slot_offset(std::uint64_t slot) {
    return (slot / point_page::slot_count + 1) * point_page_size + offsetof(point_page, slots) +
           slot % point_page::slot_count * sizeof(point_slot);
}

/// The word of a point: 24 bits for the slot where its name begins, which is never 0, and 40 for the microseconds since
/// the header's base. That lies 2^38 before the file's beginning: a clock may be set back by three days, and a file is
/// good for nine; then comes another file.
inline constexpr unsigned time_bits = 40;
inline constexpr std::int64_t time_before_file = std::int64_t{1} << 38U;
constexpr std::uint64_t point_word(std::uint64_t name, std::uint64_t time) { return name << time_bits | time; }
constexpr std::uint64_t name_of_word(std::uint64_t word) { return word >> time_bits; }
constexpr std::uint64_t time_of_word(std::uint64_t word) { return word & ((std::uint64_t{1} << time_bits) - 1); }

/// The word of a part of a name: no name, one bit, the number of the part and how many bytes are left with it. A part
/// has 16 bytes; the parts of a name have slots in a row, and all are published before a point refers to them.
inline constexpr std::size_t longest_point_name = 4096, name_part_size = 16;
constexpr std::uint64_t name_word(std::size_t part, std::size_t left) {
    return std::uint64_t{1} << 39U | std::uint64_t{part} << 16U | left;
}
constexpr std::uint64_t name_part_count(std::size_t length) {
    return length == 0 ? 1 : (length + name_part_size - 1) / name_part_size;
}

}  // namespace estima::inline v0_1::detail
