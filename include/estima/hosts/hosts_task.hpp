// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/hosts/node_check.hpp>
#include <estima/hosts/ssh_target.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/resource_sampler.hpp>
#include <estima/launcher/slurm_allocation.hpp>
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
    std::string outputs_id{};        ///< of a snapshot of what earlier attempts left in ./outputs; empty: nothing
    std::string outputs_manifest{};  ///< text of its tree; it is in outputs_store()
    bool is_batch_job = false;  ///< the hosts are this job's nodes: only checked, and all of them see the run's folder
    std::string token{};  ///< in the run's folder: who can read it there shares the file system

    std::filesystem::path outputs_store() const { return run.path / "outputs_store"; }
};

namespace detail {
/// The hosts of this attempt, as many as the run has nodes: those that were not lost first.
inline void choose_hosts(hosts_task& task, run_record const& run) {
    std::vector<std::string> lost;  // the last one lost at the end
    for (attempt_record const& one : run.attempts)
        for (std::string const& host : one.lost_hosts) {
            std::erase(lost, host);
            lost.push_back(host);
        }
    auto const since = [&lost](ssh_host const& host) {
        return std::find(lost.begin(), lost.end(), host.name) == lost.end()
                   ? 0
                   : 1 + (std::find(lost.begin(), lost.end(), host.name) - lost.begin());
    };
    std::vector<ssh_host>& hosts = task.target.hosts;
    std::erase_if(hosts, [&](ssh_host const& h) {
        return h.slots > 0 && h.slots < task.configuration.process_count_per_node();
    });
    std::multimap<std::ptrdiff_t, ssh_host> in_order;  // equal ones as they were
    for (ssh_host& h : hosts) in_order.emplace(since(h), std::move(h));
    hosts.clear();
    for (auto& [lost_at, h] : in_order) hosts.push_back(std::move(h));
    hosts.resize(std::min(hosts.size(), static_cast<std::size_t>(std::max(task.configuration.node_count, 1))));
    if (!hosts.empty() && since(hosts.back()) > 0)  // there is no other: it is waited for
        task.target.connect_seconds = std::max(task.target.connect_seconds, task.target.return_seconds);
}

/// What earlier attempts left is sent to the hosts as a second snapshot.
inline void add_outputs(hosts_task& task) {
    std::error_code code;
    if (std::filesystem::is_empty(task.run.outputs(), code) || code) return;
    snapshot_store store{task.outputs_store()};
    snapshot_limits limits;
    limits.max_files = UINT32_MAX;
    limits.max_bytes = UINT64_MAX;
    snapshot_info const outputs = store.take(task.run.outputs(), limits);
    task.outputs_id = outputs.id;
    task.outputs_manifest = read_file(store_layout{task.outputs_store()}.tree(outputs.id));
    task.bytes += outputs.bytes;
}
}  // namespace detail

/// What an attendant is told first.
inline json begin_message(hosts_task const& task) {
    run_configuration const& c = task.configuration;
    return {{"do", "begin"},
            {"version", library_version},
            {"run_id", task.run.run_id()},
            {"configuration", to_json(c)},
            {"snapshot_id", task.snapshot_id},
            {"snapshot_bytes", task.bytes},
            {"outputs_id", task.outputs_id},
            {"shared_run", task.run.path.string()},
            {"token", task.token},
            {"supervisor_pid", ::getpid()},
            {"supervisor_start_ticks", process_start_ticks(::getpid())},
            {"folder", task.target.folder},
            {"network", task.target.network},
            {"mpi_version", task.mpi_version},
            {"with_mpi4py", task.with_mpi4py},
            {"imports", task.target.imports},
            {"is_alone", task.is_batch_job && task.target.hosts.size() == 1},
            {"left_folder_days", task.target.left_folder_days},
            {"sample_seconds", sample_seconds()},
            {"silence_seconds", task.target.silence_seconds},
            {"ports", c.has_roles() ? c.process_count_per_node() : 1}};
}

/// Of a run whose settings of the target (target.json) name hosts. EST-301, EST-721: it cannot be read.
inline std::optional<hosts_task> hosts_task_of(run_directory const& run, run_configuration const& c,
                                               std::string launcher, run_record const& record) {
    std::string const& snapshot_id = record.snapshot_id;
    std::filesystem::path const file = run.path / "target.json";
    if (::access(file.c_str(), F_OK) != 0) return std::nullopt;
    json const settings = json::parse(read_regular_file(file), nullptr, false);
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
    detail::choose_hosts(task, record);
    if (record.attempt() > 1) detail::add_outputs(task);
    return task;
}

/// Of a run in a Slurm job: its nodes are checked, as hosts that ssh reaches are; a single one for what it needs alone.
inline hosts_task hosts_task_of(run_directory const& run, run_configuration const& c, std::string launcher,
                                slurm_allocation const& job) {
    hosts_task task{.run = run, .configuration = c, .target = {}, .launcher = std::move(launcher), .snapshot_id = {}};
    task.is_batch_job = true;
    if (!job.launcher.empty()) task.launcher = job.launcher;
    for (std::string const& host : job.hosts) task.target.hosts.push_back({host});
    if (job.is_spread()) task.target.network = job.network_of_hosts();
    if (job.is_spread()) task.mpi_version = mpi_version_here();
    task.target.imports = job.imports;
    task.target.connect_seconds = 60;  // a controller that is busy makes steps late
    task.with_mpi4py = c.communicator == "Mpi" && c.framework != "Native" && can_import_mpi4py(c);
    return task;
}

}  // namespace estima::inline v0_1
