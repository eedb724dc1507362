// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <string>

#include <estima/history/run_directory.hpp>
#include <estima/index/run_index.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/workspace/refresh_page.hpp>

namespace estima::inline v0_1::detail {

/// Nobody is responsible for the run: a glance, before the journal is read.
inline bool is_lock_free(run_directory const& run) {
    file_descriptor const lock{::open(run.lock().c_str(), O_RDONLY | O_CLOEXEC)};
    return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0;
}

/// Searches as of now. A run whose supervisor died is ended first, as by everybody who looks at a run.
inline run_page search_runs(std::filesystem::path const& workspace, run_query const& query) {
    run_index index{workspace};
    index.refresh();
    bool has_ended_one = false;
    for (std::string const& id : index.unfinished()) {
        run_directory const run{workspace / "runs" / id};
        if (!is_lock_free(run)) continue;
        try {
            if (!bury_if_dead(run)) continue;
            refresh_page_if_over(run);
            has_ended_one = true;
        } catch (error const&) {  // this user may not write there, or the run is gone: it stays as it is told
        }
    }
    if (has_ended_one) index.refresh();
    return index.search(query);
}

}  // namespace estima::inline v0_1::detail
