// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <estima/tracking/point_format.hpp>

namespace estima::inline v0_1::detail {

/// A point of a block.
struct block_point {
    double value = 0;
    std::int64_t step = no_step;
    std::int64_t time = 0;    ///< microseconds since 1970
    std::uint64_t place = 0;  ///< in the file: its slot, or the first byte of its line
};

/// Some hundred points of one name, neighbours in a metric file. Of what is no number all values are 0, and `highest`
/// is the newest.
struct point_block {
    static constexpr std::uint32_t most_points = 512;
    block_point lowest{}, highest{}, last{};  ///< of NaN and other numbers the others; of NaN alone any
    std::int64_t first_step = 0, last_step = 0, first_time = 0, last_time = 0;  ///< the smallest and the largest
    std::uint64_t begin = 0;                                                    ///< the first one's place
    std::uint32_t count = 0, count_of_steps = 0;

    void add(block_point const& p) {
        if (count == 0) {
            begin = p.place;
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
    void add_other(block_point const& p) {
        add(p);
        if (p.time >= highest.time) highest = p;
    }
};
static_assert(sizeof(point_block) == 3 * 32 + 32 + 16);

/// All points of one name that a file has, in its order.
struct block_list {
    std::uint64_t kind = 0;  ///< of lines: which metric_line_value
    std::uint64_t hash = 0;  ///< of the name
    std::vector<point_block> blocks{};
    std::vector<std::uint32_t> places{};  ///< of lines that lie far apart, from the begin of their block on

    /// The block that the next point belongs to.
    point_block& open_block() {
        if (blocks.empty() || blocks.back().count == point_block::most_points) blocks.emplace_back();
        return blocks.back();
    }
};

}  // namespace estima::inline v0_1::detail
