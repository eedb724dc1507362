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
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>
#include <estima/system/process.hpp>
#include <estima/version.hpp>

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

/// What an attendant is told first.
inline json begin_message(hosts_task const& task) {
    run_configuration const& c = task.configuration;
    return {{"do", "begin"},
            {"version", library_version},
            {"run_id", task.run.run_id()},
            {"configuration", to_json(c)},
            {"snapshot_id", task.snapshot_id},
            {"snapshot_bytes", task.bytes},
            {"shared_run", task.run.path.string()},
            {"token", task.token},
            {"supervisor_pid", ::getpid()},
            {"supervisor_start_ticks", process_start_ticks(::getpid())},
            {"folder", task.target.folder},
            {"network", task.target.network},
            {"mpi_version", task.mpi_version},
            {"with_mpi4py", task.with_mpi4py},
            {"imports", task.target.imports},
            {"silence_seconds", task.target.silence_seconds},
            {"ports", c.has_roles() ? c.process_count_per_node() : 1}};
}

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
