// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include <estima/history/metric_files.hpp>
#include <estima/history/point_file.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// What is wrong with a points file as a whole, in words; empty if nothing is.
inline std::string_view points_damage(point_file& points) {
    points.end();
    if (points.is_cut()) return "it was cut: the values that lay behind its end are lost";
    if (!points.has_damaged_header()) return "";
    return points.is_valid() ? "its header is damaged: its numbers are read, but their times may be wrong"
                             : "its header is damaged, or of a newer version: none of its numbers can be read";
}

/// What is wrong with the points files of a metrics folder, by their names. Single points that are damaged are not
/// looked for: read_metrics counts them, and verify. EST-301.
inline std::map<std::string, std::string> damaged_points(std::filesystem::path const& folder) {
    std::map<std::string, std::string> all;
    for (metric_file const& file : metric_files(folder)) {
        if (!file.is_points) continue;
        point_file points{open_file(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY)};
        if (std::string_view const damage = points_damage(points); !damage.empty())
            all.emplace(file.path.filename().string(), damage);
    }
    return all;
}

}  // namespace estima::inline v0_1
