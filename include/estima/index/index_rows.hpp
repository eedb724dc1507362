// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <estima/index/byte_codec.hpp>
#include <estima/index/run_set.hpp>

namespace estima::inline v0_1::detail {

/// How far the index got.
struct index_state {
    bool is_complete = false;          ///< every run was taken in once
    std::int64_t log_offset = 0;       ///< of changes.log: what lies before it was taken in
    std::int64_t log_check = 0;        ///< of the bytes before it
    std::int64_t stamp = 0;            ///< counts the changes
    std::string boot{};                ///< which start of which machine wrote last
};

/// A run as it is stored. Without a block it is loose: searched by its record.
struct stored_run {
    std::int64_t number = 0, block = 0, place = 0, stamp = 0;
    bool is_watched = false;  ///< looked at each time
    std::string record{};
};

/// A run that is to be stored.
struct run_to_store {
    std::string id;
    std::string record;
    bool is_watched = true;
};

/// A run that is in no block.
struct loose_run {
    std::int64_t number;
    std::string id, record;
};

/// A block.
struct block_row {
    std::int64_t number = 0;
    run_set live{};
    std::optional<double> low{}, high{};  ///< of the times when its runs were made
};

/// Where a cell and its bounds are: column by column, since a search reads one column of many blocks, and a page holds
/// several of its cells.
constexpr std::int64_t cell_place(std::int64_t block, std::int64_t column) { return (column << 32) | block; }

/// The checksum of a row by which a block, and all its runs, can be passed over. SQLite keeps no sign of a zero.
inline std::int64_t sum_of(std::int64_t number, std::optional<double> low, std::optional<double> high,
                           std::int64_t count = 0, std::string_view dead = {}) {
    byte_writer out;
    out.put(number);
    for (std::optional<double> const& bound : {low, high}) {
        out.put(static_cast<std::uint8_t>(bound.has_value()));
        out.put(bound.value_or(0) + 0.0);
    }
    out.put(count);
    out.put_raw(dead);
    return static_cast<std::int64_t>(checksum_of(out.bytes()));
}
inline void require_sum(std::int64_t stored, std::int64_t is) {
    if (stored != is) throw_damaged("a row of the index is not what was written");
}

}  // namespace estima::inline v0_1::detail
