// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/line_blocks.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/metrics.hpp>

/// What runs log and is no number: lists, rows of tables, documents. It is found as read_history finds numbers, so that
/// many millions of lines are read once.
namespace estima::inline v0_1 {

/// "number", "list", "row" or "document".
inline std::string_view kind_of(metric_line_value const& v) {
    constexpr std::string_view names[]{"number", "list", "row", "document"};
    return names[v.index()];
}

/// How often one kind of them was logged under a name, and the newest.
struct other_metric {
    std::uint64_t count = 0;
    logged_value newest{};
};

/// What the lines of metric files hold besides numbers.
struct other_metrics {
    std::map<std::pair<std::string, std::string_view>, other_metric> named;  ///< by name and kind
    std::map<std::string, std::uint64_t> skipped;  ///< how many lines are no metrics, by the names of the files
};

namespace detail {
template <class Take>
void for_each_line_file(std::filesystem::path const& folder, bool is_over, Take take) {
    for (metric_file const& file : metric_files(folder)) {
        if (file.is_points) continue;
        line_blocks lines{file.path, is_over};
        take(file, lines);
    }
}
inline logged_value logged_in(estima::metric_line&& line, int rank) {
    return {std::move(line.value), line.step, line.time.value_or(0), rank};
}
}  // namespace detail

/// How many lines of metric files are no metrics, by the names of the files that have some. EST-301.
inline std::map<std::string, std::uint64_t> lines_skipped(std::filesystem::path const& folder, bool is_over = true) {
    std::map<std::string, std::uint64_t> skipped;
    detail::for_each_line_file(folder, is_over, [&](metric_file const& file, detail::line_blocks const& lines) {
        if (lines.skipped() > 0) skipped.emplace(file.path.filename().string(), lines.skipped());
    });
    return skipped;
}

/// All of a run's metrics folder; of several of one time the newest is that of the last process. EST-301.
inline other_metrics read_others(std::filesystem::path const& folder, bool is_over = true) {
    other_metrics all;
    detail::for_each_line_file(folder, is_over, [&](metric_file const& file, detail::line_blocks& lines) {
        for (auto const& [key, found] : lines.all_of(1, std::variant_size_v<metric_line_value> - 1)) {
            detail::block_point newest = found.blocks.front().highest;
            for (detail::point_block const& b : found.blocks)
                if (b.highest.time >= newest.time) newest = b.highest;
            auto line = lines.line_at(newest.place);
            if (!line || line->value.index() != key.second) continue;  // somebody is just writing the file anew
            logged_value value = detail::logged_in(std::move(*line), file.told_rank);
            other_metric& one = all.named[{key.first, kind_of(value.value)}];
            if (one.count == 0 || value.time >= one.newest.time) one.newest = std::move(value);
            one.count += found.count();
        }
        if (lines.skipped() > 0) all.skipped.emplace(file.path.filename().string(), lines.skipped());
    });
    return all;
}

/// Values of one kind under a name: how many there are, and the newest of them.
struct newest_values {
    std::uint64_t count = 0;
    std::vector<logged_value> values{};
};

/// What is no number of a run's metrics folder, name by name: the files are looked at once.
class others_reader {
public:
    /// EST-301.
    explicit others_reader(std::filesystem::path const& folder, bool is_over = true) {
        detail::for_each_line_file(folder, is_over, [this](metric_file const& file, detail::line_blocks& lines) {
            files_.emplace_back(file.told_rank, std::move(lines));
        });
    }

    /// What is no number under a name, by kind: the newest `most` of each (0: all), in the order of their times, those
    /// of one process in its own. EST-301.
    std::map<std::string_view, newest_values> newest(std::string const& name, std::size_t most) {
        struct timed {
            std::int64_t time;
            std::size_t at;  // as they were read: those of one time stay so
            logged_value value;
        };
        std::map<std::string_view, std::vector<timed>> found;
        std::map<std::string_view, newest_values> all;
        for (auto& [rank, lines] : files_)
            for (std::size_t kind = 1; kind < std::variant_size_v<metric_line_value>; ++kind) {
                detail::named_lines const of = lines.of(name, kind);
                std::uint64_t before = of.count();
                if (before == 0) continue;
                std::string_view key;
                std::uint64_t const count = before;
                std::int64_t latest = 0;  // the clock may have been set back
                for (detail::point_block const& b : of.blocks) {
                    before -= b.count;
                    if (most != 0 && before >= most) {
                        latest = std::max(latest, b.last_time);
                        continue;
                    }
                    lines.read(of, b.begin, b.last.place, [&, by = rank](estima::metric_line&& line, std::uint64_t) {
                        latest = std::max(latest, detail::in_microseconds(line.time.value_or(0)));
                        key = kind_of(line.value);
                        auto& values = found[key];
                        values.push_back({latest, values.size(), detail::logged_in(std::move(line), by)});
                    });
                }
                if (!key.empty()) all[key].count += count;
            }
        for (auto& [kind, values] : found) {
            std::sort(values.begin(), values.end(), [](timed const& a, timed const& b) {
                return std::tie(a.time, a.at) < std::tie(b.time, b.at);
            });
            std::size_t const surplus = most == 0 || values.size() < most ? 0 : values.size() - most;
            auto& newest = all[kind].values;
            for (std::size_t i = surplus; i < values.size(); ++i) newest.push_back(std::move(values[i].value));
        }
        return all;
    }

private:
    std::vector<std::pair<int, detail::line_blocks>> files_;  // and the rank
};

/// The same of one name. EST-301.
inline std::map<std::string_view, newest_values> read_newest_others(std::filesystem::path const& folder,
                                                                    std::string const& name, std::size_t most,
                                                                    bool is_over = true) {
    return others_reader{folder, is_over}.newest(name, most);
}

}  // namespace estima::inline v0_1
