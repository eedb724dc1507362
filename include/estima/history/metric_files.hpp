// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// A file of a run's metrics folder: lines of JSON, "rank_0.jsonl", or points, "rank_0.<process>.points".
struct metric_file {
    std::filesystem::path path;
    std::string writer;      ///< "rank_0"
    int rank = -1;           ///< -1: a writer that is no rank
    int told_rank = -1;      ///< the same, but -1, -2, ... for one such writer after the other
    bool is_points = false;  ///< else lines
};

/// What a file of that name is; false if it holds no metrics.
inline bool is_points_file(std::string_view name) { return name.size() > 7 && name.ends_with(".points"); }
/// What was found of one, and is kept beside it (kept_blocks). It is derived, and no copy of a run needs it.
inline bool is_blocks_file(std::string_view name) { return name.ends_with(".blocks"); }
inline bool is_metric_file(std::string_view name) {
    return is_points_file(name) || (name.size() > 6 && name.ends_with(".jsonl"));
}

/// Who wrote a metric file of that name: "rank_12" for "rank_12.jsonl", for "rank_12.4711.points", and for the same of
/// an earlier attempt, "rank_12.attempt_1.jsonl".
inline std::string_view metric_writer(std::string_view name) {
    std::string_view stem = name.substr(0, name.rfind('.'));
    if (is_points_file(name)) stem = stem.substr(0, stem.rfind('.'));
    return stem.substr(0, stem.rfind(".attempt_"));
}

namespace detail {
/// "rank_12.jsonl" is rank 12's, as is "rank_12.4711.points"; -1 for any other name.
inline int rank_of_file(std::string_view name) {
    int rank = -1;
    std::string_view const writer = metric_writer(name);
    if (!is_metric_file(name) || !writer.starts_with("rank_")) return -1;
    auto const [end, code] = std::from_chars(writer.data() + 5, writer.data() + writer.size(), rank);
    return code == std::errc{} && end == writer.data() + writer.size() ? rank : -1;
}
}  // namespace detail

/// The metric files of a run: those of ranks in order, then others by name. None is no error. At most so many entries
/// of the folder are looked at. EST-301 if it may not be read.
inline std::vector<metric_file> metric_files(std::filesystem::path const& folder,
                                             std::size_t most = static_cast<std::size_t>(-1)) {
    std::vector<metric_file> files;
    std::error_code code, ignored;
    for (std::filesystem::directory_iterator entry{folder, code}, end; !code && entry != end && files.size() < most;
         entry.increment(code)) {
        std::string const name = entry->path().filename().string();
        if (is_metric_file(name) && entry->is_regular_file(ignored))  // a pipe would be waited for
            files.push_back({.path = entry->path(),
                             .writer = std::string{metric_writer(name)},
                             .rank = detail::rank_of_file(name),
                             .is_points = is_points_file(name)});
    }
    if (code && code != std::errc::no_such_file_or_directory && code != std::errc::not_a_directory)
        throw_file_error("cannot read", folder, code.value());
    auto key = [](metric_file const& f) {
        return std::tuple{f.rank < 0, f.rank, std::string_view{f.writer}, f.is_points};
    };
    std::sort(files.begin(), files.end(), [key](metric_file const& a, metric_file const& b) {
        return key(a) != key(b) ? key(a) < key(b) : a.path < b.path;
    });
    int others = 0;
    std::string_view last_other;
    for (metric_file& file : files) {
        if (file.rank < 0 && (others == 0 || file.writer != last_other)) ++others;
        if (file.rank < 0) last_other = file.writer;
        file.told_rank = file.rank < 0 ? -others : file.rank;
    }
    return files;
}

}  // namespace estima::inline v0_1
