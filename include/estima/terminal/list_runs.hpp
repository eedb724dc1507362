// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/terminal/fresh_index.hpp>
#include <estima/terminal/json_forms.hpp>
#include <estima/terminal/run_columns.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/workspace/follow_runs.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

struct runs_options {
    std::string filter;                      ///< in MLflow's language; empty: all
    std::vector<std::string> experiments{};  ///< empty: all
    std::vector<std::string> order_by{};     ///< keys in MLflow's form; empty: the newest first
    std::size_t max = 20;                    ///< 0: all
    std::vector<std::string> columns{};      ///< empty: id, status, created, took, and name where a run has one
    std::vector<std::string> metrics{}, parameters{};  ///< further columns, behind the first two
    bool follow = false;   ///< again whenever something of it changes, until it is interrupted
    bool deleted = false;  ///< those that were deleted, and can be restored
};

namespace detail {
/// Columns that are there only where a run has something for them come last.
inline void print_list(screen const& on, std::vector<run_summary> const& runs, runs_options const& options,
                       std::vector<std::string> columns) {
    bool const has_names = std::any_of(runs.begin(), runs.end(), [](auto const& r) { return run_column::has_name(r); });
    if (options.columns.empty() && has_names) columns.emplace_back("name");
    if (!runs.empty()) print_runs(on, runs, columns);
    if (runs.empty())
        *on.err << (!options.filter.empty() || !options.experiments.empty() ? "No runs fit.\n"
                    : options.deleted                                       ? "No run is deleted.\n"
                                                                            : "There are no runs yet.\n");
}

/// On a terminal the list is painted anew at its place; elsewhere each run that is new or changed is a line.
inline int follow_list(workspace const& where, run_query query, runs_options const& options, screen const& on,
                       std::vector<std::string> const& columns) {
    std::size_t most = options.max == 0 ? 10'000 : std::min<std::size_t>(options.max, 10'000);
    if (on.terminal && !on.json && on.height != screen::unlimited)  // what has scrolled away cannot be painted over
        most = std::min(most, std::max<std::size_t>(on.height, 6) - 5);
    query.max_results = most;
    std::ptrdiff_t lines = 0;
    std::map<std::string, run_summary> told;
    follow_runs(where, query, [&](run_page const& page) {
        if (on.terminal && !on.json) {
            std::ostringstream text;
            screen canvas = on;
            canvas.out = canvas.err = &text;
            print_list(canvas, page.runs, options, columns);
            if (lines > 0) *on.out << "\x1B[" << lines << "A\x1B[J";
            std::string const painted = text.str();
            lines = std::count(painted.begin(), painted.end(), '\n');
            *on.out << painted;
        } else {
            for (auto run = page.runs.rbegin(); run != page.runs.rend(); ++run) {
                auto const [known, is_new] = told.try_emplace(run->run_id, *run);
                if (!is_new && known->second == *run) continue;
                known->second = *run;
                if (on.json)
                    on.print_json(json_form(*run));
                else
                    print_run_line(on, *run, columns);
            }
        }
        on.out->flush();
        return static_cast<bool>(*on.out);
    });
    return 0;
}
}  // namespace detail

/// Lists the runs that fit. EST-610 to EST-616: the filter or the order; EST-652: a column.
inline int list_runs(workspace const& where, runs_options const& options, screen const& on) {
    run_query query{.filter = options.filter, .experiments = options.experiments};
    for (std::string const& key : options.order_by) query.order_by.emplace_back(key);
    std::vector<std::string> columns = options.columns;
    if (columns.empty()) columns = {"id", "status", "created", "took"};
    // What is asked for stands before what a narrow terminal may leave out.
    auto place = columns.begin() + std::min<std::ptrdiff_t>(2, std::ssize(columns));
    for (std::string const& name : options.metrics) place = columns.insert(place, "metrics." + name) + 1;
    for (std::string const& name : options.parameters) place = columns.insert(place, "params." + name) + 1;
    for (std::string const& name : columns) run_column{name};  // wrong ones are told before anything is printed

    if (!options.deleted) refresh_index(where, on);
    if (options.follow) return detail::follow_list(where, std::move(query), options, on, columns);

    std::vector<run_summary> runs;
    std::size_t count = 0;
    do {
        std::size_t const left = options.max == 0 ? 10'000 : options.max - count;
        query.max_results = std::min<std::size_t>(left, 10'000);
        run_page page = options.deleted ? search_deleted_runs(where, query) : search_runs(where, query);
        count += page.size();
        query.page_token = page.next_page_token;
        if (on.json)  // page by page: a million runs need not fit into memory
            for (run_summary const& r : page) on.print_json(json_form(r));
        else
            std::move(page.runs.begin(), page.runs.end(), std::back_inserter(runs));
    } while (!query.page_token.empty() && (options.max == 0 || count < options.max));
    if (on.json) return 0;

    detail::print_list(on, runs, options, columns);
    if (!query.page_token.empty())
        *on.err << on.painted("There are more: --max N shows N of them, --max 0 all.", tone::soft) << '\n';
    return 0;
}

}  // namespace estima::inline v0_1::terminal
