// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/terminal_metrics.hpp>
#include <estima/portal/read_metric_overview.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

struct metrics_options {
    std::string run;
    std::vector<std::string> names{};  ///< empty: all
    bool plot = false;
    bool follow = false;               ///< until the run is over
    std::optional<std::size_t> max{};  ///< points of each, thinned without losing extremes; 0: all
};

/// One table row for each metric that is a number.
inline void print_metrics(screen const& on, std::map<std::string, metric_summary> const& metrics) {
    if (metrics.empty()) return;
    text_table table{{{"metric"},
                      {"last", true, true},
                      {"min", true, true},
                      {"max", true, true},
                      {"step", true, true},
                      {"points", true, true}}};
    for (auto const& [name, m] : metrics) {
        auto const number = [](double value) { return table_cell{estima::detail::short_number(value)}; };
        table.add({{on.safe(name)},
                   number(m.last),
                   number(m.min),
                   number(m.max),
                   {m.step ? std::to_string(*m.step) : ""},
                   {std::to_string(m.count)}});
    }
    table.print(on);
}

namespace detail {
template <class Value>
json json_point(std::string const& name, logged<Value> const& p, json value) {
    return {{"name", name},
            {"value", std::move(value)},
            {"step", p.step ? json(*p.step) : json(nullptr)},
            {"time", json_time(p.time)},
            {"rank", p.rank < 0 ? json(nullptr) : json(p.rank)}};
}

/// What is logged under a name and is no number.
inline void print_others(screen const& on, std::string const& name, run_metrics const& all) {
    if (!on.json) return print_metrics_table(*on.out, all);
    for (auto const& [unused, lists] : all.lists)
        for (metric_list const& list : lists) {
            json values = json::array();
            for (double const v : list.value) values.push_back(json_number(v));
            on.print_json(json_point(name, list, values));
        }
    for (auto const& [unused, rows] : all.rows)
        for (metric_row const& row : rows) {
            json cells = json::object();
            for (auto const& [column, cell] : row.value)
                cells[column] = std::holds_alternative<double>(cell) ? json_number(std::get<double>(cell))
                                                                     : json(std::get<std::string>(cell));
            on.print_json(json_point(name, row, cells));
        }
    for (auto const& [unused, documents] : all.documents)
        for (logged_document const& d : documents) {
            json point = json_point(name, d, json::parse(d.value.json, nullptr, false));
            point["type"] = d.value.type;
            on.print_json(point);
        }
}

inline void print_points(screen const& on, std::string const& name, std::vector<metric_point> const& points) {
    bool const has_ranks = std::any_of(points.begin(), points.end(), [](auto const& p) { return p.rank > 0; });
    std::vector<table_column> heads{{"step", true, true}, {on.safe(name), true, true}, {"time", false, true}};
    if (has_ranks) heads.push_back({"rank", true, true});
    text_table table{heads};
    for (metric_point const& p : points)
        table.add({{p.step ? std::to_string(*p.step) : ""},
                   {estima::detail::short_number(p.value)},
                   {local_time(p.time)},
                   {p.rank < 0 ? "" : std::to_string(p.rank)}});
    table.print(on);
}

inline void follow_metrics(run const& run, metrics_options const& options, screen const& on) {
    auto const is_asked_for = [&](std::string const& name) {
        return options.names.empty() ||
               std::find(options.names.begin(), options.names.end(), name) != options.names.end();
    };
    run.wait_for_completion({.raise_on_error = false, .on_metric = [&](std::string const& name, metric_point const& p) {
                                 if (!is_asked_for(name)) return;
                                 if (on.json)
                                     on.print_json(json_point(name, p, json_number(p.value)));
                                 else
                                     *on.out << on.safe(name) << ' ' << estima::detail::short_number(p.value)
                                             << (p.step ? " at step " + std::to_string(*p.step) : "") << '\n';
                                 on.out->flush();
                             }});
}

/// The asked names, or all that are numbers, with their points. EST-655: nothing is logged under a name.
inline void print_named(run const& run, metrics_options const& options, std::vector<std::string> const& known,
                        screen const& on) {
    bool is_first = true;
    for (std::string const& name : options.names.empty() ? known : options.names) {
        std::size_t const usual = on.json || options.plot ? 1000 : 20;
        auto const points = run.get_metric_history(name, {.max_points = options.max.value_or(usual)});
        if (!is_first && !on.json) *on.out << '\n';
        is_first = false;
        if (points.empty()) {
            run_metrics const all = run.get_metrics(name);
            if (all.empty())
                throw error{"EST-655",
                            {.what = "nothing is logged as \"" + shown(name) + "\"",
                             .where = "run " + run.id(),
                             .why = known.empty() ? "it has logged no numbers"
                                                  : "its numbers are: " + estima::detail::listed(known),
                             .remedy = "estima metrics " + run.id() + " lists all"}};
            print_others(on, name, all);
        } else if (on.json) {
            for (metric_point const& p : points) on.print_json(json_point(name, p, json_number(p.value)));
        } else if (options.plot) {
            *on.out << on.painted(on.safe(name), tone::title) << '\n';
            int const width = static_cast<int>(std::min<std::size_t>(on.width, 80));
            print_metric_plot(*on.out, points, width, 14, on.unicode ? plot_style::unicode : plot_style::ascii);
        } else {
            print_points(on, name, points);
        }
    }
}
}  // namespace detail

/// What a run logged: a table of all names, or the points of some, as a table or a plot. EST-655.
inline int show_metrics(workspace const& where, metrics_options const& options, screen const& on) {
    run const run = find_run(where, options.run);
    if (options.follow) {
        detail::follow_metrics(run, options, on);
        return 0;
    }
    run_page const found = search_runs(where, query::run_id == run.id());
    auto const metrics = found.empty() ? std::map<std::string, metric_summary>{} : found.runs[0].metrics;
    if (options.plot || !options.names.empty()) {
        std::vector<std::string> known;
        for (auto const& [name, m] : metrics) known.push_back(name);
        detail::print_named(run, options, known, on);
        return 0;
    }
    portal::metric_overview const overview = portal::read_metric_overview(run.directory().metrics());
    if (on.json) {
        for (auto const& [name, m] : metrics) {
            json line = json_form(m);
            line["name"] = name;
            on.print_json(line);
        }
        return 0;
    }
    print_metrics(on, metrics);
    for (auto const& t : overview.tables())
        *on.out << on.safe(t.name) << ": " << t.row_count << (t.row_count == 1 ? " row\n" : " rows\n");
    for (auto const& d : overview.documents())
        *on.out << on.safe(d.name) << ": " << d.count << " x " << on.safe(d.document.type) << '\n';
    if (metrics.empty() && overview.tables().empty() && overview.documents().empty())
        *on.err << "The run has logged nothing.\n";
    return 0;
}

}  // namespace estima::inline v0_1::terminal
