// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <estima/history/run_directory.hpp>
#include <estima/hosts/node_check.hpp>
#include <estima/hosts/ssh_target.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// What the supervisor tells each host of the run.
struct hosts_task {
    run_directory run;
    run_configuration configuration;
    ssh_target target;
    std::string launcher;  ///< path of estima-launch on the hosts
    std::string snapshot_id;
    std::string manifest{};   ///< text of the snapshot's tree
    std::uint64_t bytes = 0;  ///< of the snapshot's files
    bool with_mpi4py = false;
    std::string mpi_version{};
    std::string token{};  ///< in the run's folder: who can read it there shares the file system
};

/// Of a run whose settings of the target (target.json) name hosts. EST-301, EST-721: it cannot be read.
inline std::optional<hosts_task> hosts_task_of(run_directory const& run, run_configuration const& c,
                                               std::string launcher, std::string const& snapshot_id) {
    std::filesystem::path const file = run.path / "target.json";
    if (::access(file.c_str(), F_OK) != 0) return std::nullopt;
    json const settings = json::parse(read_file(file), nullptr, false);
    if (settings.is_object() && settings.value("kind", "") != "ssh_hosts") return std::nullopt;
    hosts_task task{.run = run,
                    .configuration = c,
                    .target = ssh_target_from_json(settings, file.string()),
                    .launcher = std::move(launcher),
                    .snapshot_id = snapshot_id};
    if (!task.target.launcher.empty()) task.launcher = task.target.launcher;
    task.manifest = read_file(store_layout{run.snapshots()}.tree(snapshot_id));
    for (snapshot_entry const& e : snapshot_store{run.snapshots()}.entries(snapshot_id)) task.bytes += e.size;
    task.with_mpi4py = c.communicator == "Mpi" && c.framework != "Native" && can_import_mpi4py(c);
    task.mpi_version = mpi_version_here();
    return task;
}

}  // namespace estima::inline v0_1
