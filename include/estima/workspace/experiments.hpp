// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <map>
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
    std::size_t runs = 0;  ///< how many it has
};

/// The experiments of a workspace: those that have runs, the one with the newest run first. EST-610; EST-653:
/// somebody removed the workspace; EST-301.
inline std::vector<experiment_summary> experiments(workspace const& where) {
    detail::require_workspace(where.path());
    run_index index{where.path()};
    index.refresh();
    std::vector<experiment_summary> found;
    std::vector<std::string> names;
    std::map<std::string, std::size_t> counts = index.count_by(query::experiment_name.field);
    for (;;) {
        run_page page = index.search({.filter = query::experiment_name.not_in(names), .max_results = 1});
        if (page.empty()) return found;
        names.push_back(page.runs.front().experiment);
        found.push_back({names.back(), std::move(page.runs.front()), counts[names.back()]});
    }
}

namespace detail {
/// EST-633: `kind` of runs are none of that experiment's; `names` are those that have some.
[[noreturn]] inline void throw_no_experiment(workspace const& where, std::string const& kind, std::string const& name,
                                             std::vector<std::string> const& names, std::string const& remedy,
                                             std::vector<std::string> const& in_doubt = {}) {
    std::string why = names.empty() && in_doubt.empty() ? "the workspace has no " + kind + "s"
                      : names.empty()                   ? ""
                                                        : "there are: " + listed(names);
    if (!in_doubt.empty()) {
        if (!names.empty()) why += "; ";
        why += "of these it cannot be read whose they are: " + listed(in_doubt);
    }
    throw error{"EST-633",
                {.what = "no " + kind + " belongs to the experiment \"" + shown(name) + "\"",
                 .where = "workspace " + where.path().string(),
                 .why = std::move(why),
                 .remedy = remedy}};
}

/// The ids of an experiment's runs; EST-633 if there are none.
inline std::vector<std::string> runs_of_experiment(workspace const& where, std::string const& name) {
    std::vector<std::string> all;
    run_query query{.max_results = 1000};
    do {
        run_page page = search_runs(where.experiment(name), query);
        for (run_summary& one : page.runs) all.push_back(std::move(one.run_id));
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

/// Calls `may(id)` for all runs of a folder, and then `work(id)`, so that nothing was done if `may` throws. A run that
/// somebody took away meanwhile is passed over; one that is back by then is tried again. Returns how many were worked
/// on; what `work` throws tells this, too.
template <class May, class Work>
std::size_t with_each_run(std::filesystem::path const& runs, std::vector<std::string> const& ids, May const& may,
                          Work const& work) {
    auto const is_done = [&](auto const& what, std::string const& id) {
        for (int tries_left = 100;; --tries_left) try {
                what(id);
                return true;
            } catch (no_such_run const&) {
                if (!has_run(runs, id)) return false;
                if (tries_left == 0) throw;
            } catch (error const&) {
                if (!has_run(runs, id)) return false;
                throw;
            }
    };
    for (std::string const& id : ids) is_done(may, id);
    std::size_t done = 0;
    for (std::string const& id : ids) try {
            done += is_done(work, id) ? 1 : 0;
        } catch (error const& e) {
            error_text text = e.text();
            text.why += (text.why.empty() ? "" : "; ") + std::string{"it was done for "} + std::to_string(done) +
                        " of " + std::to_string(ids.size()) + " runs of the experiment, and no more";
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
    std::vector<std::string> const all = detail::runs_of_experiment(where, from);
    if (from == to) return 0;
    auto const may = [&](std::string const& id) {
        run_directory const run = where.run(id).directory();
        known_record(run);
        detail::require_writable(run.journal());
    };
    return detail::with_each_run(where.path() / "runs", all, may,
                                 [&](std::string const& id) { where.run(id).move_to_experiment(to); });
}

/// Deletes all runs of an experiment, as delete_run(). Returns how many. EST-630, EST-647, EST-301: one of them is not
/// over, or not known to be, or this user may not take it away, and none is deleted; EST-633: it has no runs; EST-305:
/// the name.
inline std::size_t delete_experiment(workspace const& where, std::string const& name) {
    std::vector<std::string> const all = detail::runs_of_experiment(where, name);
    auto const may = [&](std::string const& id) {
        detail::require_over(where, id);
        detail::require_writable(where.path() / "runs" / id);  // it gets another folder above it
    };
    return detail::with_each_run(where.path() / "runs", all, may,
                                 [&](std::string const& id) { delete_run(where, id); });
}

/// What restore_experiment() brought back.
struct restored_experiment {
    std::size_t runs = 0;
    /// Ids of deleted runs that stay, since it cannot be read whose they are: not by this user, or the journal is lost.
    std::vector<std::string> in_doubt{};
};

/// Brings back all runs of an experiment that were deleted, with it or one by one. EST-633: none of its runs is
/// deleted, as far as can be read; EST-301: this user may not take one of them there, and none is restored.
inline restored_experiment restore_experiment(workspace const& where, std::string const& name) {
    std::filesystem::path const deleted = detail::deleted_runs_folder(where);
    restored_experiment restored;
    std::vector<std::string> all;
    std::set<std::string> others;
    for (std::string const& id : deleted_runs(where)) try {
            std::string const its = known_record(run_directory{deleted / id}).experiment;
            if (its == name) all.push_back(id);
            else others.insert(its);
        } catch (error const&) {
            if (detail::has_run(deleted, id)) restored.in_doubt.push_back(id);
        }
    if (all.empty())
        detail::throw_no_experiment(where, "deleted run", name, {others.begin(), others.end()},
                                    "name one whose runs were deleted", restored.in_doubt);
    auto const may = [&](std::string const& id) { detail::require_writable(deleted / id); };
    restored.runs = detail::with_each_run(deleted, all, may, [&](std::string const& id) { restore_run(where, id); });
    return restored;
}

}  // namespace estima::inline v0_1
