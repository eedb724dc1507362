// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/terminal_metrics.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/workspace/compare_code.hpp>
#include <estima/workspace/compare_runs.hpp>

namespace estima::inline v0_1::terminal {

struct compare_options {
    std::vector<std::string> runs;
    bool code = false;  ///< how the files of the snapshots changed from each run to the next; nothing else
};

namespace detail {
constexpr std::string_view name_of(run_difference::kind is) {
    constexpr std::string_view names[] = {"parameter",     "metric",      "tag",
                                          "configuration", "environment", "hardware", "file",
                                          "property"};
    return names[static_cast<std::size_t>(is)];
}

/// Of an id the eight digits at its end, which name the run as well, where the width is limited.
inline std::string heading(std::string const& id, screen const& on) {
    std::size_t const digits = id.rfind('_');
    return on.width == screen::unlimited || digits == std::string::npos ? id : id.substr(digits + 1);
}

/// A diff with the colours that diffs have.
inline void print_diff(std::string_view diff, screen const& on) {
    while (!diff.empty()) {
        std::size_t const end = std::min(diff.find('\n'), diff.size());
        std::string_view const line = diff.substr(0, end);
        tone const t = line.starts_with("+++ ") || line.starts_with("--- ") ? tone::title
                       : line.starts_with('+')                              ? tone::good
                       : line.starts_with('-')                              ? tone::bad
                                                                            : tone::plain;
        *on.out << on.painted(on.terminal ? safe_log(line) : std::string{line}, t) << '\n';
        diff.remove_prefix(std::min(end + 1, diff.size()));
    }
}

/// The values as a table has them. Numbers are short, unless others that differ would look like them.
inline std::vector<std::string> cells_of(run_difference const& one, screen const& on) {
    using kind = run_difference::kind;
    constexpr std::size_t sha256 = 64;
    std::vector<double> numbers;
    if (one.is == kind::metric)
        for (auto const& value : one.values) numbers.push_back(value ? std::strtod(value->c_str(), nullptr) : 0);
    std::vector<std::string> cells = estima::detail::told_apart(numbers);
    cells.resize(one.values.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        auto const& value = one.values[i];
        if (!value) cells[i] = "-";
        else if (one.is == kind::file && value->size() == sha256) cells[i] = value->substr(0, 12);
        else if (numbers.empty()) cells[i] = on.safe(*value);
    }
    return cells;
}

/// The values as JSON: numbers of metrics as the other commands print them, all else as texts.
inline json json_values_of(run_difference const& one) {
    json values = json::array();
    for (auto const& value : one.values) {
        json number;
        if (value && one.is == run_difference::kind::metric) number = json::parse(*value, nullptr, false);
        values.push_back(!value ? json(nullptr) : number.is_number() ? number : json(*value));
    }
    return values;
}

/// What became of a file that has no diff: "added, 12 B", "removed", "42 B became 43 B".
inline std::string change_of(code_difference const& one) {
    auto const told = [](snapshot_entry const& e) {
        return e.kind == entry_kind::directory ? std::string{"a directory"}
               : e.kind == entry_kind::link    ? "a link to " + e.target
                                               : portal::human_bytes(e.size);
    };
    if (!one.before) return "added, " + told(*one.after);
    if (!one.after) return "removed, " + told(*one.before);
    std::string const was = told(*one.before), is = told(*one.after);
    if (was != is) return was + " became " + is;
    return one.before->digest != one.after->digest ? "other contents" : "other permissions";
}

/// How the code changed from one run to the next.
inline void show_code(std::vector<run> const& runs, screen const& on) {
    for (std::size_t i = 1; i < runs.size(); ++i) {
        if (!on.json && runs.size() > 2)
            *on.out << on.painted(on.safe(runs[i - 1].id() + " to " + runs[i].id()), tone::title) << '\n';
        for (code_difference const& one : compare_code(runs[i - 1], runs[i])) {
            if (on.json)
                on.print_json({{"kind", "code"},
                               {"name", one.path},
                               {"run_ids", {runs[i - 1].id(), runs[i].id()}},
                               {"values",
                                {one.before ? json(one.before->digest) : json(nullptr),
                                 one.after ? json(one.after->digest) : json(nullptr)}},
                               {"diff", one.unified}});
            else if (one.unified.empty())
                *on.out << on.safe(one.path) << ": " << on.safe(change_of(one)) << '\n';
            else
                print_diff(one.unified, on);
        }
    }
}

/// What of a run could not be compared, and why.
struct unknown_part {
    run_difference::kind is;
    std::string id;
    error why;
};
}  // namespace detail

/// Tells what runs do not have in common: a table for each kind of difference, with a column for each run.
inline int show_differences(workspace const& where, compare_options const& options, screen const& on) {
    std::vector<run> runs;
    for (std::string const& word : options.runs) runs.push_back(find_run(where, word, on));
    if (options.code) {
        detail::show_code(runs, on);
        return 0;
    }
    std::vector<detail::unknown_part> unknown;
    std::vector<run_difference> const differences = [&] {
        progress_bar bar{on, "looks", 0.5};
        return compare_runs(
            runs, [&](std::uint64_t looks, std::uint64_t all) { bar.show(looks, all, "compare"); },
            [&unknown](run_difference::kind is, run const& one, error const& e) {
                unknown.push_back({is, one.id(), e});
            });
    }();
    for (auto const& [is, id, e] : unknown) {
        std::string const what = std::string{is == run_difference::kind::file     ? "files are not compared"
                                             : is == run_difference::kind::metric ? "metrics are not compared"
                                                                                  : "configurations are not compared"} +
                                 ", since those of a run are not known";
        if (on.json)
            *on.err << json{{"warning", {{"what", what}, {"where", id}, {"why", e.what()}}}}
                           .dump(-1, ' ', on.live, json::error_handler_t::replace)
                    << '\n';
        else
            *on.err << on.painted(what + ": " + on.safe(id + ": [" + e.id() + "] " + e.text().what),
                                  tone::busy)
                    << '\n';
    }
    if (on.json) {
        for (run_difference const& one : differences) {
            json ids = json::array();
            for (run const& r : runs) ids.push_back(r.id());
            on.print_json({{"kind", detail::name_of(one.is)},
                           {"name", one.name},
                           {"run_ids", ids},
                           {"values", detail::json_values_of(one)}});
        }
        return 0;
    }
    if (differences.empty())
        *on.err << (unknown.empty() ? "They differ in nothing.\n" : "They differ in nothing else that is known.\n");
    for (auto first = differences.begin(); first != differences.end();) {
        std::vector<table_column> heads{{std::string{detail::name_of(first->is)}, false, false, least_of_name}};
        for (run const& r : runs) heads.push_back({on.safe(detail::heading(r.id(), on))});
        text_table table{std::move(heads)};
        auto const kind = first->is;
        if (first != differences.begin()) *on.out << '\n';
        for (; first != differences.end() && first->is == kind; ++first) {
            std::vector<table_cell> row{{on.safe(first->name)}};
            for (std::string& cell : detail::cells_of(*first, on)) row.push_back({std::move(cell)});
            table.add(std::move(row));
        }
        table.print(on);
    }
    return 0;
}

}  // namespace estima::inline v0_1::terminal
