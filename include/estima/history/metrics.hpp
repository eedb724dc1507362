// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/lines.hpp>
#include <estima/history/metric_line.hpp>

namespace estima::inline v0_1 {

/// Something that was logged once under a metric's name.
template <class Value>
struct logged {
    Value value{};
    std::optional<std::int64_t> step{};  ///< where on the x axis, if the script said so
    double time = 0;                     ///< seconds since 1970; 0 if the line has none
    int rank = -1;                       ///< which process logged it; negative: a writer that is no rank
};

using metric_point = logged<double>;
using metric_list = logged<std::vector<double>>;
using metric_row = logged<metric_table_row>;
using logged_document = logged<metric_document>;

/// What a run logged so far. The values of a name are in the order of their times; those of one process always in the
/// order in which it wrote them.
struct run_metrics {
    std::map<std::string, std::vector<metric_point>> scalars;
    std::map<std::string, std::vector<metric_list>> lists;
    std::map<std::string, std::vector<metric_row>> rows;
    std::map<std::string, std::vector<logged_document>> documents;  ///< charts, images, texts
    std::uint64_t lines_skipped = 0;  ///< torn, or no metrics at all

    bool empty() const { return scalars.empty() && lists.empty() && rows.empty() && documents.empty(); }

    /// All names, each once, sorted.
    std::vector<std::string> names() const {
        std::set<std::string> all;
        for (auto const& [name, values] : scalars) all.insert(name);
        for (auto const& [name, values] : lists) all.insert(name);
        for (auto const& [name, values] : rows) all.insert(name);
        for (auto const& [name, values] : documents) all.insert(name);
        return {all.begin(), all.end()};
    }

    /// The points of one name; empty if there are none.
    std::vector<metric_point> const& points(std::string const& name) const {
        static std::vector<metric_point> const none;
        auto const found = scalars.find(name);
        return found == scalars.end() ? none : found->second;
    }

    /// The newest number logged under that name; nothing if there is none.
    std::optional<double> last(std::string const& name) const {
        auto const& all = points(name);
        return all.empty() ? std::nullopt : std::optional{all.back().value};
    }
};

namespace detail {
/// "rank_12.jsonl" is rank 12's; -1 for any other name.
inline int rank_of_file(std::string_view name) {
    int rank = -1;
    if (!name.starts_with("rank_")) return -1;
    auto const [end, code] = std::from_chars(name.data() + 5, name.data() + name.size(), rank);
    return code == std::errc{} && std::string_view{end, name.data() + name.size()} == ".jsonl" ? rank : -1;
}

/// Merges what several files said about one name by time. The clock of a host may be set back: a point then sorts at
/// the latest time seen before it in its file, so that the order inside a file stays.
template <class Value>
void sort_by_time(std::vector<logged<Value>>& values) {
    std::vector<std::pair<double, std::size_t>> keys(values.size());
    std::map<int, double> latest;
    for (std::size_t i = 0; i < values.size(); ++i) {
        double& newest = latest.try_emplace(values[i].rank, 0.0).first->second;
        newest = std::max(newest, values[i].time);
        keys[i] = {newest, i};
    }
    if (latest.size() < 2) return;
    std::sort(keys.begin(), keys.end());
    std::vector<logged<Value>> sorted;
    sorted.reserve(values.size());
    for (auto const& key : keys) sorted.push_back(std::move(values[key.second]));
    values = std::move(sorted);
}
}  // namespace detail

/// Reads all `*.jsonl` files of a run's metrics folder; none is no error. With a name, only what was logged under it.
/// Lines that are no metrics are skipped and counted; a last line without its newline only if the run is over, since
/// its end may be on its way. EST-301 if a file cannot be read.
inline run_metrics read_metrics(std::filesystem::path const& folder, std::string_view only = {}, bool is_over = true) {
    std::vector<std::pair<int, std::filesystem::path>> files;
    std::error_code code;
    for (std::filesystem::directory_iterator entry{folder, code}, end; !code && entry != end; entry.increment(code))
        if (std::filesystem::path const& file = entry->path(); file.extension() == ".jsonl")
            files.emplace_back(detail::rank_of_file(file.filename().native()), file);
    std::sort(files.begin(), files.end());
    for (int other = 0; auto& [rank, file] : files)
        if (rank < 0) rank = --other;

    run_metrics all;
    for (auto const& [writer, path] : files) {
        for_each_line(path, [&all, only, is_over, rank = writer](std::string_view text, bool is_ended) {
            if (text.find_first_not_of(" \t\r") == std::string_view::npos) return;
            auto line = parse_metric_line(text);
            if (!line) {
                all.lines_skipped += is_ended || is_over;
                return;
            }
            if (!only.empty() && line->name != only) return;
            auto keep = [&line, rank](auto& named, auto& value) {
                named[line->name].push_back({std::move(value), line->step, line->time.value_or(0), rank});
            };
            if (auto* number = std::get_if<double>(&line->value))
                keep(all.scalars, *number);
            else if (auto* list = std::get_if<std::vector<double>>(&line->value))
                keep(all.lists, *list);
            else if (auto* row = std::get_if<metric_table_row>(&line->value))
                keep(all.rows, *row);
            else
                keep(all.documents, std::get<metric_document>(line->value));
        });
    }
    if (files.size() > 1) {
        for (auto& [name, values] : all.scalars) detail::sort_by_time(values);
        for (auto& [name, values] : all.lists) detail::sort_by_time(values);
        for (auto& [name, values] : all.rows) detail::sort_by_time(values);
        for (auto& [name, values] : all.documents) detail::sort_by_time(values);
    }
    return all;
}

}  // namespace estima::inline v0_1
