// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Searching the runs of a workspace. It is not in <estima/estimator.hpp> or <estima/estima.hpp>: it takes seconds to
/// compile, and links SQLite and simdjson (estima::search).
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/index/run_index.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/transport/transport.hpp>
#include <estima/workspace/experiment.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/workspace.hpp>
#include <estima/workspace/workspace_description.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Brings the index up to now. A run whose supervisor died is ended first, as by everybody who looks at a run.
inline void refresh_and_bury(run_index& index, std::filesystem::path const& folder) {
    index.refresh();
    std::map<transport const*, std::vector<run_directory>> to_look_at;
    for (std::string const& id : index.unfinished())
        if (run_directory const run{folder / "runs" / id}; is_lock_free(run))
            to_look_at[&transport_of(run)].push_back(run);
    bool has_ended_one = false;
    for (auto const& [way, runs] : to_look_at) {
        try {
            if (!way->look_at(runs)) continue;
            for (run_directory const& run : runs) refresh_page_if_over(run);
            has_ended_one = true;
        } catch (error const&) {  // this user may not write there, or the run is gone: it stays as it is told
        }
    }
    if (has_ended_one) index.refresh();
}

inline run_page search_runs_in(std::filesystem::path const& folder, run_query const& query) {
    run_index index{folder};
    refresh_and_bury(index, folder);
    return index.search(query);
}

}  // namespace detail

/// The runs that fit, the newest first or as asked, a page of them; with nothing given the newest thousand. What is
/// acknowledged before the call is found. A filter is an expression of estima::query or text in MLflow's language:
/// `search_runs(workspace, {.filter = "metrics.loss < 0.1 and tags.team = 'x'", .max_results = 100})`. EST-610
/// to EST-616; EST-653: somebody removed the workspace; EST-301: the runs cannot be read.
inline run_page search_runs(workspace const& where, run_query const& query = {}) {
    detail::require_workspace(where.path());
    return detail::search_runs_in(where.path(), query);
}
run_page search_runs(workspace const& where, any_filter auto const& filter) {
    return search_runs(where, run_query{.filter = filter});
}

/// The same among the runs that were deleted and can be restored.
inline run_page search_deleted_runs(workspace const& where, run_query const& query = {}) {
    detail::require_workspace(where.path());
    return detail::search_runs_in(where.path() / "deleted", query);
}

/// The same, only of this experiment; query.experiments is not looked at.
inline run_page search_runs(experiment const& where, run_query query = {}) {
    detail::require_workspace(where.workspace_path());
    query.experiments = {where.name()};
    return detail::search_runs_in(where.workspace_path(), query);
}
run_page search_runs(experiment const& where, any_filter auto const& filter) {
    return search_runs(where, run_query{.filter = filter});
}

}  // namespace estima::inline v0_1
