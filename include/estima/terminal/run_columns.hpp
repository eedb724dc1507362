// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/index/run_summary.hpp>
#include <estima/portal/human.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/quoted_list.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

/// What a table of runs can tell in a column, beside `metrics.NAME`, `params.NAME`, `tags.NAME` and `properties.NAME`.
inline constexpr std::array<std::string_view, 12> run_column_names{
    "id", "name", "experiment", "status", "created", "started", "ended", "took", "target", "user", "host", "error"};

/// One of them.
class run_column {
public:
    /// EST-652: there is no such column.
    explicit run_column(std::string name) : name_{std::move(name)} {
        for (std::string_view const prefix : {"metrics.", "params.", "tags.", "properties."})
            if (name_.size() > prefix.size() && name_.starts_with(prefix))
                key_ = without_quotes(name_.substr(prefix.size()));
        if (!key_.empty() ||
            std::find(run_column_names.begin(), run_column_names.end(), name_) != run_column_names.end())
            return;
        std::string all;
        for (std::string_view const one : run_column_names) all.append(one).append(", ");
        throw error{"EST-652",
                    {.what = "there is no column \"" + shown(name_) + "\"",
                     .why = "there are: " + all + "metrics.NAME, params.NAME, tags.NAME, properties.NAME",
                     .remedy = "write them with commas between: --columns id,status,metrics.loss"}};
    }

    /// A run that was given no name is called by its id.
    static bool has_name(run_summary const& r) { return r.display_name != r.run_id; }

    table_column head(screen const& on) const {
        bool const is_number = name_ == "took" || (!key_.empty() && name_[0] == 'm');
        return {on.safe(key_.empty() ? name_ : key_), is_number, is_number || is_short(),
                name_ == "id" ? least_of_id : 0};
    }

    table_cell cell(run_summary const& r, screen const& on, double now) const {
        auto const in = [&](auto const& map) {
            auto const found = map.find(key_);
            return table_cell{found == map.end() ? "" : on.safe(found->second)};
        };
        if (!key_.empty() && name_[0] == 'm') {
            auto const found = r.metrics.find(key_);
            return {found == r.metrics.end() ? "" : estima::detail::short_number(found->second.last)};
        }
        if (!key_.empty()) return in(name_[0] == 't' ? r.tags : name_.starts_with("pa") ? r.parameters : r.properties);
        if (name_ == "id") return {on.safe(r.run_id)};
        if (name_ == "name") return {has_name(r) ? on.safe(r.display_name) : ""};
        if (name_ == "experiment") return {on.safe(r.experiment)};
        if (name_ == "status") return {std::string{to_string(r.status)}, tone_of(r.status)};
        if (name_ == "created") return {local_minute(r.created_time)};
        if (name_ == "started") return {local_minute(r.start_time)};
        if (name_ == "ended") return {local_minute(r.end_time)};
        if (name_ == "took")
            return {portal::human_duration(std::max((r.end_time != 0 ? r.end_time : now) - r.created_time, 0.0))};
        if (name_ == "target") return {on.safe(r.target)};
        if (name_ == "user") return {on.safe(r.user)};
        if (name_ == "host") return {on.safe(r.host)};
        return {on.safe(r.error_id), tone::bad};
    }

private:
    static std::string local_minute(double seconds) { return local_time(seconds).substr(0, 16); }

    bool is_short() const {
        return name_ == "id" || name_ == "status" || name_ == "created" || name_ == "started" || name_ == "ended";
    }

    std::string name_, key_;
};

/// A table of them.
inline void print_runs(screen const& on, std::vector<run_summary> const& runs, std::vector<std::string> const& names) {
    std::vector<run_column> columns;
    std::vector<table_column> heads;
    for (std::string const& name : names) heads.push_back(columns.emplace_back(name).head(on));
    text_table table{heads};
    double const now = epoch_seconds();
    for (run_summary const& r : runs) {
        std::vector<table_cell> row;
        for (run_column const& c : columns) row.push_back(c.cell(r, on, now));
        table.add(std::move(row));
    }
    table.print(on);
}

/// One of them, its values with two blanks between; "-" for nothing.
inline void print_run_line(screen const& on, run_summary const& r, std::vector<std::string> const& names) {
    double const now = epoch_seconds();
    bool is_first = true;
    for (std::string const& name : names) {
        table_cell const cell = run_column{name}.cell(r, on, now);
        *on.out << (std::exchange(is_first, false) ? "" : "  ")
                << on.painted(cell.text.empty() ? "-" : cell.text, cell.tone);
    }
    *on.out << '\n';
}

}  // namespace estima::inline v0_1::terminal
