// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <estima/history/known_record.hpp>
#include <estima/history/other_values.hpp>
#include <estima/history/points_damage.hpp>
#include <estima/history/terminal_metrics.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/workspace/run.hpp>

/// What runs log and is no number: lists, rows of tables, documents.
namespace estima::inline v0_1::terminal {

/// A value in JSON.
inline json json_value(metric_line_value const& v) {
    if (auto const* number = std::get_if<double>(&v)) return json_number(*number);
    if (auto const* document = std::get_if<metric_document>(&v)) return json::parse(document->json, nullptr, false);
    if (auto const* list = std::get_if<std::vector<double>>(&v)) {
        json values = json::array();
        for (double const one : *list) values.push_back(json_number(one));
        return values;
    }
    json cells = json::object();
    for (auto const& [column, cell] : std::get<metric_table_row>(v))
        cells[column] = std::holds_alternative<double>(cell) ? json_number(std::get<double>(cell))
                                                             : json(std::get<std::string>(cell));
    return cells;
}

/// In one line: "[1, 2.5]", "class: a, recall: 0.5", the JSON of a document.
inline std::string text_of(metric_line_value const& v, screen const& on) {
    if (auto const* number = std::get_if<double>(&v)) return estima::detail::short_number(*number);
    if (auto const* document = std::get_if<metric_document>(&v))
        return on.told(std::string_view{document->json}.substr(document->json.find_first_not_of(' ')));
    std::string text;
    if (auto const* list = std::get_if<std::vector<double>>(&v)) {
        for (double const one : *list) text.append(text.empty() ? "" : ", ").append(estima::detail::short_number(one));
        return "[" + text + "]";
    }
    for (auto const& [column, cell] : std::get<metric_table_row>(v))
        text.append(text.empty() ? "" : ", ")
            .append(on.safe(column) + ": ")
            .append(std::holds_alternative<double>(cell) ? estima::detail::short_number(std::get<double>(cell))
                                                         : on.safe(std::get<std::string>(cell)));
    return text;
}

/// The word for it in a table: of a document its type.
inline std::string word_for(metric_line_value const& v, screen const& on) {
    auto const* const document = std::get_if<metric_document>(&v);
    return document != nullptr ? on.safe(document->type) : std::string{kind_of(v)};
}

/// One that was logged, as `metrics NAME --json` tells it.
template <class Value>
json json_point(std::string const& name, logged<Value> const& p) {
    metric_line_value const value{p.value};
    json point{{"name", name},
               {"value", json_value(value)},
               {"step", p.step ? json(*p.step) : json(nullptr)},
               {"time", json_time(p.time)},
               {"rank", p.rank < 0 ? json(nullptr) : json(p.rank)}};
    if (auto const* document = std::get_if<metric_document>(&value)) point["type"] = document->type;
    return point;
}

/// What a run logged that is no number.
inline other_metrics other_metrics_of(run const& of, bool is_over) {
    return while_there(of.directory(), [&](auto const& here) { return read_others(here.metrics(), is_over); });
}

/// How many lines of a run's metric files are no metrics, by the names of the files that have some.
inline std::map<std::string, std::uint64_t> skipped_of(run const& of, bool is_over) {
    return while_there(of.directory(), [&](auto const& here) { return lines_skipped(here.metrics(), is_over); });
}

/// "2 lines are no metrics, and passed over".
inline std::string told_skipped(std::uint64_t lines) {
    return counted(lines, "line") + (lines == 1 ? " is no metric" : " are no metrics") + ", and passed over";
}

/// What of a run's metric files is passed over or cannot be read: `tell(file, what, lines)`, with 0 lines for points.
template <class Tell>
void for_each_metric_warning(run const& of, std::map<std::string, std::uint64_t> const& skipped, Tell tell) {
    for (auto const& [name, lines] : skipped) tell("metrics/" + name, told_skipped(lines), lines);
    auto const damaged = while_there(of.directory(), [](auto const& here) { return damaged_points(here.metrics()); });
    for (auto const& [name, what] : damaged) tell("metrics/" + name, what, 0);
}

/// Tells of it on standard error; `skipped` is as skipped_of(run) finds it. True if there is something.
inline bool print_skipped(screen const& on, run const& of, std::map<std::string, std::uint64_t> const& skipped) {
    bool is_any = false;
    for_each_metric_warning(of, skipped, [&](std::string const& file, std::string const& what, std::uint64_t lines) {
        is_any = true;
        if (!on.json) return void(*on.err << on.painted(on.safe(file) + ": " + what, tone::busy) << '\n');
        json warning{{"what", what}, {"where", file}};
        if (lines > 0) warning["lines"] = lines;
        *on.err << json{{"warning", std::move(warning)}}.dump(-1, ' ', on.live, json::error_handler_t::replace) << '\n';
    });
    return is_any;
}

/// A table of them: what each name has, and the newest of it.
inline void print_others(screen const& on, other_metrics const& all) {
    if (all.named.empty()) return;
    text_table table{
        {{"metric", false, false, least_of_name}, {"kind"}, {"count", true, true}, {"step", true, true}, {"newest"}}};
    for (auto const& [key, m] : all.named)
        table.add({{on.safe(key.first)},
                   {word_for(m.newest.value, on)},
                   {std::to_string(m.count)},
                   {m.newest.step ? std::to_string(*m.newest.step) : ""},
                   {text_of(m.newest.value, on)}});
    table.print(on);
}

/// One by one; rows as a table of their columns.
inline void print_other_points(screen const& on, std::string const& name, std::vector<logged_value> const& values) {
    bool const is_rows = std::holds_alternative<metric_table_row>(values.front().value);
    bool const is_documents = std::holds_alternative<metric_document>(values.front().value);
    bool const has_ranks = std::any_of(values.begin(), values.end(), [](auto const& v) { return v.rank > 0; });
    std::vector<std::string> columns;
    if (is_rows)
        for (logged_value const& v : values)
            for (auto const& [column, cell] : std::get<metric_table_row>(v.value))
                if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    std::vector<table_column> heads{{"step", true, true}};
    if (is_documents) heads.push_back({"type"});
    if (!is_rows) heads.push_back({on.safe(name)});
    for (std::string const& column : columns) heads.push_back({on.safe(column)});
    heads.push_back({"time", false, true});
    if (has_ranks) heads.push_back({"rank", true, true});
    text_table table{heads};
    for (logged_value const& v : values) {
        std::vector<table_cell> row{{v.step ? std::to_string(*v.step) : ""}};
        if (is_documents) row.push_back({word_for(v.value, on)});
        if (!is_rows) row.push_back({text_of(v.value, on)});
        for (std::string const& column : columns) {
            auto const& cells = std::get<metric_table_row>(v.value);
            auto const cell =
                std::find_if(cells.begin(), cells.end(), [&](auto const& c) { return c.first == column; });
            if (cell == cells.end())
                row.push_back({});
            else if (auto const* number = std::get_if<double>(&cell->second))
                row.push_back({estima::detail::short_number(*number)});
            else
                row.push_back({on.safe(std::get<std::string>(cell->second))});
        }
        row.push_back({local_time(v.time)});
        row.push_back({v.rank < 0 ? "" : std::to_string(v.rank)});
        table.add(std::move(row));
    }
    if (is_rows) *on.out << on.painted(on.safe(name), tone::title) << '\n';
    table.print(on);
}

}  // namespace estima::inline v0_1::terminal
