// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/history/known_record.hpp>
#include <estima/history/metric_history.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/other_values.hpp>
#include <estima/history/terminal_metrics.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/fresh_index.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/other_metrics.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/until_unwritable.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

struct metrics_options {
    std::string run;
    std::vector<std::string> names{};  ///< empty: all
    bool plot = false;
    bool follow = false;               ///< until the run is over
    /// Points of each, thinned without losing extremes; of what is no number the newest. 0: all.
    std::optional<std::size_t> max{};
};

/// One table row for each metric that is a number.
inline void print_metrics(screen const& on, std::map<std::string, metric_summary> const& metrics) {
    if (metrics.empty()) return;
    text_table table{{{"metric", false, false, least_of_name},
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

/// EST-655: nothing is logged under that name.
[[noreturn]] inline void throw_not_logged(run const& run, bool is_over, std::string const& name,
                                          std::map<std::string, metric_summary> const& metrics) {
    std::set<std::string> known;
    for (auto const& one : metrics) known.insert(one.first);
    for (auto const& one : other_metrics_of(run, is_over).named) known.insert(one.first.first);
    throw error{"EST-655",
                {.what = "nothing is logged as \"" + shown(name) + "\"",
                 .where = "run " + run.id(),
                 .why = known.empty() ? "it has logged nothing"
                                      : names_like(name, {known.begin(), known.end()}, "it has logged: "),
                 .remedy = "estima metrics " + run.id() + " lists all"}};
}

/// The newest numbers of a run by their names, as the index knows them.
inline std::map<std::string, metric_summary> numbers_of(workspace const& where, run const& run, screen const& on) {
    run_page found = search_with_bar(where, {.filter = query::run_id == run.id()}, on);
    return found.empty() ? std::map<std::string, metric_summary>{} : std::move(found.runs[0].metrics);
}

/// All that is logged as it comes, until the run is over. EST-655: then nothing was logged under a name that is asked
/// for.
inline int follow_metrics(workspace const& where, run const& run, metrics_options const& options, screen const& on) {
    std::set<std::string> missing{options.names.begin(), options.names.end()};
    auto const is_asked_for = [&, asked = missing](std::string const& name) {
        if (!asked.empty() && !asked.contains(name)) return false;
        missing.erase(name);
        return true;
    };
    auto const tell = [&](std::string const& name, auto const& p) {
        if (!is_asked_for(name)) return;
        metric_line_value const value{p.value};
        if (on.json)
            on.print_json(json_point(name, p));
        else
            *on.out << on.safe(name) << ' '
                    << (std::holds_alternative<metric_document>(value) ? word_for(value, on) + " " : "")
                    << text_of(value, on) << (p.step ? " at step " + std::to_string(*p.step) : "") << '\n';
        on.out->flush();
    };
    return until_unwritable(*on.out, [&] {
        run_details const ended =
            run.wait_for_completion({.raise_on_error = false, .on_metric = tell, .on_value = tell});
        print_skipped(on, run, skipped_of(run, true));
        if (!missing.empty()) throw_not_logged(run, true, *missing.begin(), numbers_of(where, run, on));
        return exit_code_of(ended, on);
    });
}

/// What is no number under a name, the newest `max` of each kind (0: all). False if there is nothing.
inline bool print_others_named(others_reader& others, std::string const& name, std::size_t max, screen const& on) {
    auto const all = others.newest(name, max);
    for (auto const& [kind, newest] : all) {
        if (on.json) {
            for (logged_value const& v : newest.values) on.print_json(json_point(name, v));
            continue;
        }
        print_other_points(on, name, newest.values);
        if (newest.values.size() < newest.count)
            *on.err << on.painted("The newest " + std::to_string(max) + " of " + std::to_string(newest.count) +
                                      ": -n N shows N of them, -n 0 all.",
                                  tone::soft)
                    << '\n';
    }
    return !all.empty();
}

/// The points of one name.
inline void print_history(std::string const& name, std::vector<metric_point> const& points,
                          metrics_options const& options, screen const& on) {
    if (points.empty()) return;
    if (on.json) {
        for (metric_point const& p : points) on.print_json(json_point(name, p));
    } else if (options.plot) {
        *on.out << on.painted(on.safe(name), tone::title) << '\n';
        int const width = static_cast<int>(std::min<std::size_t>(on.width, 80));
        print_metric_plot(*on.out, points, width, 14, on.unicode ? plot_style::unicode : plot_style::ascii);
    } else {
        print_points(on, name, points);
    }
}

/// The asked names, or all that are numbers, with their points. EST-655: nothing is logged under a name.
inline void print_named(run const& run, std::filesystem::path const& folder, bool is_over,
                        metrics_options const& options, std::map<std::string, metric_summary> const& numbers,
                        screen const& on) {
    std::size_t const most = options.max.value_or(on.json || options.plot ? 1000 : 20);
    std::vector<std::string> names;
    std::optional<others_reader> others;
    if (options.names.empty()) {
        if (numbers.empty() && !on.json) *on.err << "The run has logged no numbers.\n";
        for (auto const& one : numbers) names.push_back(one.first);
    } else {
        std::set<std::string> met;
        std::copy_if(options.names.begin(), options.names.end(), std::back_inserter(names),
                     [&met](std::string const& name) { return met.insert(name).second; });
        others.emplace(folder, is_over);
    }
    auto const count_of = [&numbers](std::string const& name) {
        auto const found = numbers.find(name);
        return found == numbers.end() ? 0 : found->second.count;
    };
    std::uint64_t points_of_run = 0;
    for (auto const& one : numbers) points_of_run += one.second.count;
    bool is_first = true;
    for (auto next = names.begin(); next != names.end();) {
        constexpr std::uint64_t many = 2'000'000;  // points: some 100 MB
        auto const first = next;
        std::uint64_t count = count_of(*next);
        while (++next != names.end() && count + count_of(*next) <= many) count += count_of(*next);
        // Of a long history read_history reads what is kept, and so many points: a few names are found sooner alone.
        constexpr std::uint64_t read_alone = 1U << 18U;
        auto const asked = static_cast<std::uint64_t>(next - first);
        bool const together = asked > 1 && (options.names.empty() || points_of_run <= asked * read_alone);
        std::map<std::string, std::vector<metric_point>> histories;
        if (together) histories = read_histories(folder, {first, next}, most, is_over);
        for (std::string const& name : std::span{first, next}) {
            auto const points = together ? std::move(histories[name])
                                         : read_history(folder, name, {.max_points = most}, is_over);
            if (!std::exchange(is_first, false) && !on.json) *on.out << '\n';
            print_history(name, points, options, on);
            if (!others) continue;
            bool const has_others = print_others_named(*others, name, options.max.value_or(on.json ? 0 : 20), on);
            if (points.empty() && !has_others) throw_not_logged(run, is_over, name, numbers);
        }
    }
}
}  // namespace detail

/// What a run logged: a table of all names, or the points of some, as a table or a plot. EST-655.
inline int show_metrics(workspace const& where, metrics_options const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    if (options.follow) return detail::follow_metrics(where, run, options, on);
    bool const is_over = is_terminal(run.status());
    auto const numbers = detail::numbers_of(where, run, on);
    if (options.plot || !options.names.empty()) {
        print_skipped(on, run, skipped_of(run, is_over));
        while_there(run.directory(), [&](auto const& here) {
            detail::print_named(run, here.metrics(), is_over, options, numbers, on);
        });
        return 0;
    }
    other_metrics const others = other_metrics_of(run, is_over);
    bool const lacks_some = print_skipped(on, run, others.skipped);
    if (on.json) {
        for (auto const& [name, m] : numbers) {
            json line = json_form(m);
            line["name"] = name;
            line["kind"] = "number";
            on.print_json(line);
        }
        for (auto const& [key, m] : others.named) {
            json line = json_point(key.first, m.newest);
            line.erase("rank");
            line["last"] = std::move(line["value"]);
            line.erase("value");
            line["kind"] = key.second;
            line["count"] = m.count;
            on.print_json(line);
        }
        return 0;
    }
    print_metrics(on, numbers);
    if (!numbers.empty() && !others.named.empty()) *on.out << '\n';
    print_others(on, others);
    if (numbers.empty() && others.named.empty())
        *on.err << (lacks_some ? "The run has logged nothing that can be read.\n" : "The run has logged nothing.\n");
    return 0;
}

}  // namespace estima::inline v0_1::terminal
