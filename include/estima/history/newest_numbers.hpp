// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/line_blocks.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_history.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/point_blocks.hpp>

namespace estima::inline v0_1 {

/// The newest number that was logged under each name, as read_metrics tells it last: that of the latest time, and of
/// several of one time that of the last process. Memory grows with the names alone, and of a long history, as
/// read_history reads it, the blocks are. EST-301 if a file cannot be read.
inline std::map<std::string, metric_point> newest_numbers(std::filesystem::path const& folder, bool is_over = true) {
    struct newest {
        detail::block_point point{};
        std::int64_t latest = 0;  ///< of its file: the clock may have been set back
        int rank = -1;
    };
    std::map<std::string, newest> all;
    for (metric_file const& file : metric_files(folder)) {
        std::map<std::string, newest> of_file;
        auto const take = [&](std::string const& name, std::vector<detail::point_block> const& blocks) {
            newest& n = of_file.try_emplace(name, newest{.rank = file.told_rank}).first->second;
            for (detail::point_block const& b : blocks) {
                n.latest = std::max(n.latest, b.last_time);
                if (b.last.place >= n.point.place) n.point = b.last;
            }
        };
        if (file.is_points) {
            point_file points{open_file(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY)};
            for (auto const& [slot, list] : detail::point_blocks::all_of(points, file.path, is_over))
                if (std::string const* const name = points.name_at(slot)) take(*name, list.blocks);
        } else {
            detail::line_blocks lines{file.path, is_over};
            for (auto const& [key, found] : lines.all_of(0, 0)) take(key.first, found.blocks);
        }
        for (auto const& [name, n] : of_file) {
            auto const [place, is_first] = all.try_emplace(name, n);
            if (!is_first && n.latest >= place->second.latest) place->second = n;
        }
    }
    std::map<std::string, metric_point> told;
    for (auto const& [name, n] : all) told.emplace_hint(told.end(), name, detail::told_point(n.point, n.rank));
    return told;
}

}  // namespace estima::inline v0_1
