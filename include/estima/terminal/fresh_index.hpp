// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/workspace/search_runs.hpp>

namespace estima::inline v0_1::terminal {

/// Brings the index of a workspace up to now behind a bar, where there is a terminal: the first search would make it
/// without a word, which takes a minute for a million runs.
inline void refresh_index(workspace const& where, screen const& on) {
    if (!on.live) return;
    progress_bar bar{on, "runs", 0.5};
    run_index index{where.path()};
    index.on_build([&](std::uint64_t runs, std::uint64_t all) { bar.show(runs, all, "index"); });
    index.refresh();
}

/// search_runs(), after that.
inline run_page search_with_bar(workspace const& where, run_query const& query, screen const& on) {
    refresh_index(where, on);
    return search_runs(where, query);
}

}  // namespace estima::inline v0_1::terminal
