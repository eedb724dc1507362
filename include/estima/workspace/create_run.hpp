// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include <estima/base/durability.hpp>
#include <estima/history/change_log.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_id.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/system/files.hpp>
#include <estima/system/host.hpp>
#include <estima/system/is_there.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/scratch_directory.hpp>

namespace estima::inline v0_1::detail {

/// A run that was just made, with its lock: held until the descriptor, and its copy in the supervisor, are closed.
struct created_run {
    run_directory directory;
    file_descriptor lock;
};

/// A run can be deleted on a full disk, too: what that needs is there before.
inline void make_room_for_deleted_runs(std::filesystem::path const& workspace) noexcept {
    try {
        std::filesystem::path const deleted = deleted_runs_in(workspace);
        if (is_there(deleted)) return;
        make_directories(deleted);
        change_log{deleted.parent_path()}.make();
    } catch (std::exception const&) {  // it is made by who deletes one
    }
}

/// Makes the folder of a run under a new id. It can be seen only when it is complete and locked, and a failure leaves
/// nothing behind. EST-301; EST-102 for text that is not UTF-8.
inline created_run create_run(std::filesystem::path const& workspace, std::string const& experiment,
                              run_configuration const& configuration, std::string const& snapshot_id,
                              std::filesystem::path const& source_directory,
                              std::map<std::string, std::string> properties = {},
                              durability how_durable = durability::process_death) {
    std::filesystem::path const runs = workspace / "runs";
    make_directories(runs);
    canonical_json(configuration);  // first, for its check
    properties["ContentSnapshotId"] = snapshot_id;
    for (;;) {
        std::string const id = new_run_id(experiment);
        scratch_directory scratch{runs / ("." + id + "." + random_hex())};
        run_directory const hidden{scratch.path()};
        file_descriptor lock = open_file(hidden.lock(), O_RDWR | O_CREAT | O_EXCL);
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) throw_file_error("cannot lock", hidden.lock());
        make_directories(hidden.metrics());
        make_directories(hidden.system_logs());
        replace_file(hidden.run_configuration(), to_json(configuration).dump(2) + "\n");
        journal::create(hidden.journal(),
                        {{"event", "created"},
                         {"run_id", id},
                         {"experiment", experiment},
                         {"display_name", configuration.display_name.empty() ? id : configuration.display_name},
                         {"tags", configuration.tags},
                         {"target", configuration.target},
                         {"snapshot_id", snapshot_id},
                         {"source_directory", source_directory.string()},
                         {"user", user_name()},
                         {"host", host_name()},
                         {"properties", properties},
                         {"durability", to_string(how_durable)}});
        run_directory directory{runs / id};
        change_log const changes{workspace};
        changes.add(id);  // first, so that a run which can be seen was told
        if (!scratch.rename_to(directory.path)) continue;
        try {
            changes.add(id);  // again, for who looked in between
        } catch (error const&) {  // it was told once
        }
        make_room_for_deleted_runs(workspace);
        if (how_durable == durability::power_loss && !sync_file_system(lock.get()))  // its snapshot, too
            throw_file_error("cannot write", directory.path);
        return {std::move(directory), std::move(lock)};
    }
}

}  // namespace estima::inline v0_1::detail
