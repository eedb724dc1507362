// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/journal.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1 {

/// An experiment that has runs.
struct experiment_summary {
    std::string name;
    run_summary newest{};  ///< its newest run
};

/// The experiments of a workspace: those that have runs, the one with the newest run first. EST-610; EST-301.
inline std::vector<experiment_summary> experiments(workspace const& where) {
    run_index index{where.path()};
    index.refresh();
    std::vector<experiment_summary> found;
    std::vector<std::string> names;
    for (;;) {
        run_page page = index.search({.filter = query::experiment_name.not_in(names), .max_results = 1});
        if (page.empty()) return found;
        names.push_back(page.runs.front().experiment);
        found.push_back({names.back(), std::move(page.runs.front())});
    }
}

namespace detail {
/// EST-633: `kind` of runs are none of that experiment's; `names` are those that have some.
[[noreturn]] inline void throw_no_experiment(workspace const& where, std::string const& kind, std::string const& name,
                                             std::vector<std::string> const& names, std::string const& remedy) {
    throw error{"EST-633",
                {.what = "no " + kind + " belongs to the experiment \"" + shown(name) + "\"",
                 .where = "workspace " + where.path().string(),
                 .why = names.empty() ? "the workspace has no " + kind + "s" : "there are: " + listed(names),
                 .remedy = remedy}};
}

/// EST-633 if there are none.
inline std::vector<run_summary> runs_of_experiment(workspace const& where, std::string const& name) {
    std::vector<run_summary> all;
    run_query query{.max_results = 1000};
    do {
        run_page page = search_runs(where.experiment(name), query);
        for (run_summary& one : page.runs) all.push_back(std::move(one));
        query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    if (!all.empty()) return all;
    std::vector<std::string> names;
    for (experiment_summary const& one : experiments(where))
        if (names.size() < 20) names.push_back(one.name);
    throw_no_experiment(where, "run", name, names,
                        "name one that has runs; restore_experiment() brings back what was deleted");
}
}  // namespace detail

/// Gives all runs of an experiment to another one, which may have runs already. Their ids stay. Returns how many: none
/// if both are one. What is interrupted goes on when it is called again. EST-633: it has no runs; EST-647: the journal
/// of one is lost; EST-305: a name; EST-301.
inline std::size_t rename_experiment(workspace const& where, std::string const& from, std::string const& to) {
    detail::require_name("an experiment", to);
    std::vector<run_summary> const all = detail::runs_of_experiment(where, from);
    if (from == to) return 0;
    for (run_summary const& one : all) known_record(where.run(one.run_id).directory());  // before the first one is told
    for (run_summary const& one : all) where.run(one.run_id).move_to_experiment(to);
    return all.size();
}

/// Deletes all runs of an experiment, as delete_run(). Returns how many. EST-630, EST-647: one of them is not over, or
/// not known to be, and none is deleted; EST-633: it has no runs; EST-305: the name; EST-301.
inline std::size_t delete_experiment(workspace const& where, std::string const& name) {
    std::vector<run_summary> const all = detail::runs_of_experiment(where, name);
    for (run_summary const& one : all) detail::require_over(where, one.run_id);
    for (run_summary const& one : all) delete_run(where, one.run_id);
    return all.size();
}

/// Brings back all runs of an experiment that were deleted, with it or one by one. Returns how many.
/// EST-633: none of its runs is deleted; EST-301.
inline std::size_t restore_experiment(workspace const& where, std::string const& name) {
    std::size_t restored = 0;
    std::set<std::string> others;
    for (std::string const& id : deleted_runs(where)) {
        run_directory const one{detail::deleted_runs_folder(where) / id};
        if (::access(one.journal().c_str(), F_OK) != 0) continue;  // verify() tells of it
        journal log{one.journal()};
        if (log.record().experiment != name) {
            others.insert(log.record().experiment);
            continue;
        }
        restore_run(where, id);
        ++restored;
    }
    if (restored == 0)
        detail::throw_no_experiment(where, "deleted run", name, {others.begin(), others.end()},
                                    "name one whose runs were deleted");
    return restored;
}

}  // namespace estima::inline v0_1
