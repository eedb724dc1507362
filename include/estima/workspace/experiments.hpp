// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
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

/// EST-301 if this user may not write that.
inline void require_writable(std::filesystem::path const& path) {
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0) throw_file_error("cannot change", path);
}

/// Calls `may(id)` for all runs, and then `work(id)`, so that nothing was done if `may` throws. A run that somebody
/// took away meanwhile is passed over. Returns how many were worked on; what `work` throws tells this, too.
template <class May, class Work>
std::size_t with_each_run(workspace const& where, std::vector<run_summary> const& all, May const& may,
                          Work const& work) {
    auto const is_done = [&](auto const& what, std::string const& id) {
        try {
            what(id);
        } catch (error const&) {
            if (has_run(where.path() / "runs", id)) throw;
            return false;
        }
        return true;
    };
    for (run_summary const& one : all) is_done(may, one.run_id);
    std::size_t done = 0;
    for (run_summary const& one : all) try {
            done += is_done(work, one.run_id) ? 1 : 0;
        } catch (error const& e) {
            error_text text = e.text();
            text.why += (text.why.empty() ? "" : "; ") + std::string{"it was done for "} + std::to_string(done) +
                        " of " + std::to_string(all.size()) + " runs of the experiment, and no more";
            throw error{e.id(), std::move(text)};
        }
    return done;
}
}  // namespace detail

/// Gives all runs of an experiment to another one, which may have runs already. Their ids stay. Returns how many: none
/// if both are one. What is interrupted goes on when it is called again. EST-633: it has no runs; EST-305: a name.
/// EST-647, EST-301: the journal of one is lost, or this user may not write to it, and none is renamed.
inline std::size_t rename_experiment(workspace const& where, std::string const& from, std::string const& to) {
    detail::require_name("an experiment", to);
    std::vector<run_summary> const all = detail::runs_of_experiment(where, from);
    if (from == to) return 0;
    auto const may = [&](std::string const& id) {
        run_directory const run = where.run(id).directory();
        known_record(run);
        detail::require_writable(run.journal());
    };
    return detail::with_each_run(where, all, may,
                                 [&](std::string const& id) { where.run(id).move_to_experiment(to); });
}

/// Deletes all runs of an experiment, as delete_run(). Returns how many. EST-630, EST-647, EST-301: one of them is not
/// over, or not known to be, or this user may not take it away, and none is deleted; EST-633: it has no runs; EST-305:
/// the name.
inline std::size_t delete_experiment(workspace const& where, std::string const& name) {
    std::vector<run_summary> const all = detail::runs_of_experiment(where, name);
    auto const may = [&](std::string const& id) {
        detail::require_over(where, id);
        detail::require_writable(where.path() / "runs" / id);  // it gets another folder above it
    };
    return detail::with_each_run(where, all, may, [&](std::string const& id) { delete_run(where, id); });
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
