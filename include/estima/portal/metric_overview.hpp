// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/history/metric_line.hpp>
#include <estima/portal/escape.hpp>
#include <estima/portal/metric_series.hpp>

namespace estima::inline v0_1::portal {

/// One metric of a run: a series for each process that logged it.
struct plotted_metric {
    std::string name;
    std::vector<std::pair<std::string, metric_series>> series;  ///< by writer ("rank 0"), 8 at most
    std::size_t writers_left_out = 0;

    bool is_single() const {
        return std::all_of(series.begin(), series.end(), [](auto const& s) { return s.second.count() < 2; });
    }
};

/// The rows that were logged under one name: the last 30 of them.
struct metric_table {
    std::string name;
    std::vector<std::string> columns;                           ///< in the order of their first appearance, 15 at most
    std::deque<std::pair<std::string, metric_table_row>> rows;  ///< with the writer
    std::uint64_t row_count = 0;
};

/// The newest document of a name.
struct shown_document {
    std::string name, writer;
    metric_document document;
    std::optional<std::int64_t> step{};
    std::uint64_t count = 0;  ///< how many there were
};

/// What the page shows of a run's metrics, in memory that does not grow with their number.
class metric_overview {
public:
    static constexpr std::size_t most_metrics = 180, most_tables = 20, most_writers = 8, most_columns = 15,
                                 most_rows = 30, most_documents = 60;

    /// The lines that follow are this process's: "rank 0".
    void begin_writer(std::string writer) {
        writer_ = std::move(writer);
        series_of_writer_.clear();
    }

    void add(std::string_view name, double value, std::optional<std::int64_t> const& step) {
        if (metric_series* const into = series_of(cut(name, 512))) into->add(value, step);
    }

    void add(metric_line const& line) {
        std::string_view const name = cut(line.name, 512);
        if (auto const* row = std::get_if<metric_table_row>(&line.value)) return add_row(name, *row);
        if (auto const* document = std::get_if<metric_document>(&line.value))
            return add_document(name, *document, line.step);
        metric_series* const into = series_of(name);
        if (into == nullptr) return;
        if (auto const* number = std::get_if<double>(&line.value)) return into->add(*number, line.step);
        for (double const number : std::get<std::vector<double>>(line.value)) into->add(number, {});
    }

    std::vector<plotted_metric>& metrics() { return metrics_; }
    std::vector<plotted_metric> const& metrics() const { return metrics_; }
    std::vector<metric_table> const& tables() const { return tables_; }
    std::vector<shown_document> const& documents() const { return documents_; }
    std::size_t names_left_out() const { return names_left_out_.size(); }

    std::uint64_t lines_ignored = 0;   ///< no metrics: torn, of another shape
    std::uint64_t lines_too_long = 0;  ///< more than 4 MiB: not looked at
    std::uint64_t lines_begun = 0;     ///< last lines without an end, which may be on its way while the run goes on
    std::uint64_t bytes_skipped = 0;   ///< at the front of very large files
    std::size_t files_left_out = 0;

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct place {
        std::size_t metric = none, series = none;
    };

    /// Null for a metric, or for a process, of which nothing is kept.
    metric_series* series_of(std::string_view name) {
        key_.assign(name);
        auto known = series_of_writer_.find(key_);
        if (known == series_of_writer_.end()) {
            place const fresh = new_place(name);
            if (fresh.metric == none) {
                leave_out(name);
                return nullptr;
            }
            known = series_of_writer_.emplace(key_, fresh).first;
        }
        auto const [metric, series] = known->second;
        return series == none ? nullptr : &metrics_[metric].series[series].second;
    }

    place new_place(std::string_view name) {
        auto const [found, fresh] = metric_of_.try_emplace(key_, metrics_.size());
        if (fresh && metrics_.size() == most_metrics) {
            metric_of_.erase(found);
            return {};
        }
        if (fresh) metrics_.push_back({std::string{name}, {}, 0});
        plotted_metric& metric = metrics_[found->second];
        if (metric.series.size() == most_writers) {
            ++metric.writers_left_out;
            return {found->second, none};
        }
        metric.series.emplace_back(writer_, metric_series{});
        return {found->second, metric.series.size() - 1};
    }

    void leave_out(std::string_view name) {
        if (names_left_out_.size() < 100000) names_left_out_.insert(std::hash<std::string_view>{}(name));
    }

    void add_row(std::string_view name, metric_table_row const& row) {
        auto table = std::find_if(tables_.begin(), tables_.end(), [name](auto const& t) { return t.name == name; });
        if (table == tables_.end()) {
            if (tables_.size() == most_tables) return leave_out(name);
            table = tables_.insert(table, metric_table{std::string{name}, {}, {}, 0});
        }
        metric_table_row kept;
        for (auto const& [column, cell] : row) {
            std::string const title{cut(column, 255)};
            bool const known = std::find(table->columns.begin(), table->columns.end(), title) != table->columns.end();
            if (!known && table->columns.size() == most_columns) continue;
            if (!known) table->columns.push_back(title);
            kept.emplace_back(title, cell);
            if (auto* text = std::get_if<std::string>(&kept.back().second)) *text = std::string{cut(*text, 255)};
        }
        table->rows.emplace_back(writer_, std::move(kept));
        if (table->rows.size() > most_rows) table->rows.pop_front();
        ++table->row_count;
    }

    void add_document(std::string_view name, metric_document const& document, std::optional<std::int64_t> step) {
        auto known =
            std::find_if(documents_.begin(), documents_.end(), [name](auto const& d) { return d.name == name; });
        if (known == documents_.end()) {
            if (documents_.size() == most_documents) return leave_out(name);
            known = documents_.insert(known, shown_document{.name = std::string{name}, .writer = {}, .document = {}});
        }
        known->writer = writer_;
        known->document = document;
        known->step = step;
        ++known->count;
    }

    std::string writer_, key_;
    std::vector<plotted_metric> metrics_;  // in the order of their first appearance
    std::unordered_map<std::string, std::size_t> metric_of_;
    std::unordered_map<std::string, place> series_of_writer_;
    std::vector<metric_table> tables_;
    std::vector<shown_document> documents_;
    std::unordered_set<std::size_t> names_left_out_;  // by hash
};

}  // namespace estima::inline v0_1::portal
