// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/fresh_index.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

namespace detail {
/// Ids that begin or end with the text, the newest first: the digits at the end tell runs of one experiment apart.
inline std::vector<std::string> matching_ids(workspace const& where, std::string const& text, screen const& on) {
    // A `_` in it fits any character: what should not have fit is sorted out below.
    run_query query{.filter = query::run_id.like(text + "%") || query::run_id.like("%" + text), .max_results = 50'000};
    std::vector<std::string> ids;
    do {
        run_page const page = search_with_bar(where, query, on);
        for (run_summary const& r : page)
            if (r.run_id.starts_with(text) || r.run_id.ends_with(text)) ids.push_back(r.run_id);
        query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return ids;
}

[[noreturn]] inline void throw_several(workspace const& where, std::string const& word,
                                       std::vector<std::string> const& ids) {
    throw error{"EST-650",
                {.what = std::to_string(ids.size()) + " runs begin or end with \"" + word + "\"",
                 .where = "workspace " + where.path().string(),
                 .why = "the newest are: " + estima::detail::listed(ids),
                 .remedy = "give more of the id"}};
}
}  // namespace detail

/// The run that a word on the command line means: an id, the beginning or the end of one, `latest`, or
/// `latest:EXPERIMENT`. EST-307: there is none; EST-650: there are several, which are listed; EST-651: `latest`, and no
/// run was submitted.
inline run find_run(workspace const& where, std::string const& word, screen const& on = {}) {
    if (word == "latest" || (word.starts_with("latest:") && word != "latest:")) {
        std::string const experiment = word.substr(std::min<std::size_t>(word.size(), 7));
        run_query query{.max_results = 1};
        if (!experiment.empty()) query.experiments = {experiment};
        run_page const newest = search_with_bar(where, query, on);
        if (!newest.empty()) return where.run(newest.runs[0].run_id);
        throw error{"EST-651",
                    {.what = experiment.empty() ? "there are no runs yet"
                                                : "there are no runs of experiment \"" + shown(experiment) + "\"",
                     .where = "workspace " + where.path().string(),
                     .remedy = "estima runs lists all runs; --workspace names another workspace"}};
    }
    std::error_code ignored;
    bool const may_be_part = !word.empty() && estima::detail::is_name("x" + word, 240);
    if (!may_be_part || std::filesystem::exists(run_directory{where.path() / "runs" / word}.journal(), ignored))
        return where.run(word);
    std::vector<std::string> const ids = detail::matching_ids(where, word, on);
    if (ids.size() < 2) return where.run(ids.empty() ? word : ids[0]);
    detail::throw_several(where, word, ids);
}

}  // namespace estima::inline v0_1::terminal
