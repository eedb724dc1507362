// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/terminal/find_run.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/workspace/compare_runs.hpp>

namespace estima::inline v0_1::terminal {

struct compare_options {
    std::vector<std::string> runs;
};

namespace detail {
constexpr std::string_view name_of(run_difference::kind is) {
    constexpr std::string_view names[] = {"parameter", "metric", "tag", "configuration", "file"};
    return names[static_cast<std::size_t>(is)];
}

/// Of an id the eight digits at its end, which name the run as well, where the width is limited.
inline std::string heading(std::string const& id, screen const& on) {
    std::size_t const digits = id.rfind('_');
    return on.width == screen::unlimited || digits == std::string::npos ? id : id.substr(digits + 1);
}
}  // namespace detail

/// Tells what runs do not have in common: a table for each kind of difference, with a column for each run.
inline int show_differences(workspace const& where, compare_options const& options, screen const& on) {
    std::vector<run> runs;
    for (std::string const& word : options.runs) runs.push_back(find_run(where, word));
    std::vector<run_difference> const differences = compare_runs(runs);
    if (on.json) {
        for (run_difference const& one : differences) {
            json values = json::array();
            for (auto const& value : one.values) values.push_back(value ? json(*value) : json(nullptr));
            json ids = json::array();
            for (run const& r : runs) ids.push_back(r.id());
            on.print_json(
                {{"kind", detail::name_of(one.is)}, {"name", one.name}, {"run_ids", ids}, {"values", values}});
        }
        return 0;
    }
    if (differences.empty()) *on.err << "They differ in nothing.\n";
    for (auto first = differences.begin(); first != differences.end();) {
        std::vector<table_column> heads{{std::string{detail::name_of(first->is)}}};
        for (run const& r : runs) heads.push_back({on.safe(detail::heading(r.id(), on))});
        text_table table{std::move(heads)};
        auto const kind = first->is;
        if (first != differences.begin()) *on.out << '\n';
        for (; first != differences.end() && first->is == kind; ++first) {
            std::vector<table_cell> row{{on.safe(first->name)}};
            for (auto const& value : first->values)
                row.push_back({!value                               ? "-"
                               : kind == run_difference::kind::file ? on.safe(value->substr(0, 12))
                                                                    : on.safe(*value)});
            table.add(std::move(row));
        }
        table.print(on);
    }
    return 0;
}

}  // namespace estima::inline v0_1::terminal
