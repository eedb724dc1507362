// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/lines.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/metric_line.hpp>
#include <estima/history/point_file.hpp>

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
/// Any of them.
using logged_value = logged<metric_line_value>;

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
/// Merges what several files said about one name by time; `ends` tells where in `values` each file's end. The clock of
/// a host may be set back: a point then sorts at the latest time seen before it in its file, so that the order inside a
/// file stays.
template <class Value>
void sort_by_time(std::vector<logged<Value>>& values, std::vector<std::size_t> const& ends) {
    if (ends.size() < 2) return;
    std::vector<std::pair<double, std::size_t>> keys(values.size());
    std::size_t i = 0;
    for (std::size_t const end : ends)
        for (double latest = 0; i < end; ++i) {
            latest = std::max(latest, values[i].time);
            keys[i] = {latest, i};
        }
    std::sort(keys.begin(), keys.end());
    std::vector<logged<Value>> sorted;
    sorted.reserve(values.size());
    for (auto const& key : keys) sorted.push_back(std::move(values[key.second]));
    values = std::move(sorted);
}

/// One kind of values of several files, by name.
template <class Value>
class gathered_values {
public:
    /// Of the file that is being read.
    std::vector<logged<Value>>& of(std::string const& name) { return file_[name]; }

    void end_file() {
        for (auto& [name, values] : file_) {
            auto& [all, ends] = all_[name];
            if (all.empty())
                all = std::move(values);
            else
                all.insert(all.end(), std::move_iterator{values.begin()}, std::move_iterator{values.end()});
            ends.push_back(all.size());
        }
        file_.clear();
    }

    void move_to(std::map<std::string, std::vector<logged<Value>>>& named) {
        for (auto& [name, gathered] : all_) {
            sort_by_time(gathered.first, gathered.second);
            named.emplace_hint(named.end(), name, std::move(gathered.first));
        }
    }

private:
    std::map<std::string, std::vector<logged<Value>>> file_;
    std::map<std::string, std::pair<std::vector<logged<Value>>, std::vector<std::size_t>>> all_;
};

/// read_metrics of what was logged under a name that is wanted: `wants(name)`.
template <class Wants>
run_metrics read_wanted_metrics(std::filesystem::path const& folder, bool is_over, Wants const& wants) {
    run_metrics all;
    gathered_values<double> scalars;
    gathered_values<std::vector<double>> lists;
    gathered_values<metric_table_row> rows;
    gathered_values<metric_document> documents;
    for (metric_file const& file : metric_files(folder)) {
        int const writer = file.told_rank;
        if (file.is_points) {
            point_file points{open_file(file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY)};
            std::uint64_t next = 0;
            std::string const* name = nullptr;
            std::vector<metric_point>* into = nullptr;
            points.read(next, is_over, [&](stored_point const& p) {
                if (p.name != name) {
                    name = p.name;
                    into = wants(*name) ? &scalars.of(*name) : nullptr;
                }
                if (into != nullptr) into->push_back({p.value, p.step(), p.seconds(), writer});
            });
            all.lines_skipped += points.damaged();
        } else {
            for_each_line(file.path, [&](std::string_view text, bool is_ended) {
                auto line = parse_metric_line(text);
                if (!line) {
                    if (is_told_as_skipped(text, is_ended || is_over)) ++all.lines_skipped;
                    return;
                }
                if (!wants(line->name)) return;
                auto keep = [&line, writer](auto& named, auto& value) {
                    named.of(line->name).push_back({std::move(value), line->step, line->time.value_or(0), writer});
                };
                if (auto* number = std::get_if<double>(&line->value))
                    keep(scalars, *number);
                else if (auto* list = std::get_if<std::vector<double>>(&line->value))
                    keep(lists, *list);
                else if (auto* row = std::get_if<metric_table_row>(&line->value))
                    keep(rows, *row);
                else
                    keep(documents, std::get<metric_document>(line->value));
            });
        }
        scalars.end_file();
        lists.end_file();
        rows.end_file();
        documents.end_file();
    }
    scalars.move_to(all.scalars);
    lists.move_to(all.lists);
    rows.move_to(all.rows);
    documents.move_to(all.documents);
    return all;
}
}  // namespace detail

/// Reads all metric files of a run's metrics folder, `*.jsonl` and `*.points`; none is no error. With a name, only what
/// was logged under it. Lines that are no metrics, and what is damaged in points, are skipped and counted; a last line
/// without its newline only if the run is over, since its end may be on its way. EST-301 if a file cannot be read.
inline run_metrics read_metrics(std::filesystem::path const& folder, std::string_view only = {}, bool is_over = true) {
    return detail::read_wanted_metrics(folder, is_over,
                                       [only](std::string const& name) { return only.empty() || name == only; });
}

}  // namespace estima::inline v0_1
