// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

/// search_runs() behind a bar: the first search in a workspace makes its index, which takes a minute for a million
/// runs.
inline run_page search_with_bar(workspace const& where, run_query const& query, screen const& on) {
    if (on.live) {
        progress_bar bar{on, "runs", 0.5};
        run_index index{where.path()};
        index.on_build([&](std::uint64_t runs, std::uint64_t all) { bar.show(runs, all, "index"); });
        index.refresh();
    }
    return search_runs(where, query);
}

}  // namespace estima::inline v0_1::terminal
