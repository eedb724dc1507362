// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/index/indexed_run.hpp>
#include <estima/index/read_run.hpp>
#include <estima/index/run_index.hpp>
#include <estima/system/files.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What of a run can be searched, as bytes that can be compared.
inline std::string searchable(run_summary summary) {
    indexed_run run{.summary = std::move(summary)};
    for (auto const& [name, metric] : run.summary.metrics) run.newest[name];  // each has an entry
    return to_bytes(run);
}

using runs_progress = std::function<void(std::uint64_t runs, std::uint64_t all)>;

/// What is wrong with what the index of the runs in this folder tells. A run that changes meanwhile is looked at again.
inline std::vector<std::string> faults_of_index(std::filesystem::path const& folder, run_index& index,
                                                runs_progress const& progress) {
    std::uint64_t const all = run_ids_in(folder / "runs").size();
    index.refresh();
    run_reader reader{(folder / "runs").string()};
    std::vector<std::string> faults;
    std::set<std::string> indexed;
    auto const is_right = [&](run_summary const& told) {
        indexed_run read;
        return reader.read(told.run_id, read) == run_found::gone || !read.is_terminal ||
               searchable(told) == searchable(std::move(read.summary));
    };
    // With a second condition: a run that is asked for alone is read anew.
    auto const found = [&](run_summary const& one) {
        run_page const page = index.search(query::run_id == one.run_id && query::experiment_name == one.experiment);
        return page.empty() ? std::nullopt : std::optional{page.runs[0]};
    };
    run_query query{.max_results = 1000};
    run_look look = run_look::at_all;  // once: metrics that came after the end of a run are no fault
    do {
        run_page const page = index.search(query);
        for (run_summary const& told : page) {
            indexed.insert(told.run_id);
            if (progress) progress(indexed.size(), all);
            if (is_right(told)) continue;
            index.refresh(std::exchange(look, run_look::at_changes));
            if (auto const again = found(told); again && !is_right(*again))
                faults.push_back(told.run_id + " is not as its files tell");
        }
        query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    for (std::string const& id : run_ids_in(folder / "runs")) {
        indexed_run read;
        if (indexed.contains(id) || reader.read(id, read) == run_found::gone) continue;
        index.refresh();
        if (!found(read.summary)) faults.push_back(id + " is not in it");
    }
    return faults;
}
}  // namespace detail

/// Holds the index of a workspace, if it has one, against the journals and metric files of all runs that are over: what
/// verify() of <estima/workspace/verify.hpp>, which needs no index, does not look at. With `mend` an index that tells
/// something else is made anew. `progress` is told how many runs of how many were looked at. EST-301, EST-610,
/// EST-653.
inline std::vector<verify_finding> verify_index(
    workspace const& w, verify_options const& options = {},
    std::function<void(std::uint64_t runs, std::uint64_t all)> const& progress = {}) {
    detail::require_workspace(w.path());
    std::vector<verify_finding> findings;
    for (std::filesystem::path const& folder : {w.path(), w.path() / "deleted"}) {
        std::error_code ignored;
        if (!std::filesystem::exists(folder / "index.sqlite", ignored)) continue;
        run_index index{folder};
        std::vector<std::string> const faults = detail::faults_of_index(folder, index, progress);
        for (std::string const& what : faults)
            findings.push_back({.is = verify_finding::kind::damage,
                                .path = (folder / "index.sqlite").lexically_relative(w.path()).generic_string(),
                                .what = what,
                                .remedy = "delete the file: it is made anew from the journals",
                                .is_mendable = true,
                                .is_mended = options.mend});
        if (options.mend && !faults.empty()) index.rebuild();
    }
    return findings;
}

}  // namespace estima::inline v0_1
