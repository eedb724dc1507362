// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <malloc.h>

#include <filesystem>
#include <string>

#include <estima/base/error.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Makes what a script finds when it starts: the snapshot in code/, ./outputs and ./logs in it. What the store lost of
/// the snapshot comes from `source`, where that is given and has it. Returns what is in ./outputs by then. EST-414 if
/// it cannot be done.
inline outputs_before lay_out(run_directory const& run, std::string const& snapshot_id,
                              std::filesystem::path const& source = {}) {
    try {
        make_directories(run.code());
        make_directories(run.metrics());
        make_directories(run.system_logs());
        restore_snapshot(run.snapshots(), snapshot_id, run.code(), source);
        make_directories(run.outputs());
        make_directories(run.logs());
    } catch (error const& e) {
        throw error{"EST-414",
                    {.what = "the files of the snapshot cannot be laid out for the run",
                     .why = to_run_error(e).message + note_if_full(run)}};
    }
    ::malloc_trim(0);  // what the restoring took is not needed while waiting
    return outputs_before{run.outputs()};
}

}  // namespace estima::inline v0_1
