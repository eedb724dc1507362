// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/durability.hpp>
#include <estima/base/error.hpp>
#include <estima/history/journal.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/estimator/validate.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/snapshot/git_facts.hpp>
#include <estima/snapshot/left_out.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/files.hpp>
#include <estima/system/inotify.hpp>
#include <estima/system/shown.hpp>
#include <estima/transport/local.hpp>
#include <estima/transport/targets.hpp>
#include <estima/workspace/create_run.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/workspace_lock.hpp>

namespace estima::inline v0_1 {

/// How a job is submitted. Nothing of it changes what the run computes.
struct submit_options {
    std::string launcher{};      ///< path of estima-launch; left out, it is looked for (see find_launcher)
    std::string mpirun{};        ///< path of mpirun; left out, $ESTIMA_MPIRUN or the one in PATH
    snapshot_limits snapshot{};  ///< how much the source directory may hold
    estima::durability durability = estima::durability::process_death;  ///< what survives what
    std::string parent_run_id{};  ///< of the run that this one is a part of; it becomes a property of that name
    std::optional<ssh_target> ssh{};  ///< the hosts of an ssh_hosts target; left out, they are looked up by its name
    std::filesystem::path targets{};  ///< file with settings of targets; left out: $ESTIMA_TARGETS, <workspace>/targets.json
};

namespace detail {
/// A run that could not be started is Failed, unless its supervisor came to say so itself.
inline void fail_run(run_directory const& run, error const& cause) noexcept {
    try {
        run_error const told{.id = cause.id(),
                             .message = cause.text().what + (cause.text().why.empty() ? "" : ": " + cause.text().why)};
        (void)journal{run.journal()}.append_status(run_status::failed, {{"error", to_json(told)}});
    } catch (error const&) {  // the workspace cannot be written: the first error, which is thrown on, says so too
    }
    refresh_page_if_over(run);
}

/// Waits until a process of the script has started or the run is over, `seconds` at most.
inline void await_start(run_directory const& run, journal& events, double seconds) {
    inotify changes;
    if (!changes.watch(run.journal(), IN_MODIFY)) return;
    double const deadline = monotonic_seconds() + seconds;
    for (double left = seconds; left > 0; left = deadline - monotonic_seconds()) {
        changes.drain();
        if (run_record const& record = events.record(); !record.ranks.empty() || is_terminal(record.status)) return;
        pollfd change{changes.fd(), POLLIN, 0};
        ::poll(&change, 1, static_cast<int>(left * 1000) + 1);
    }
}

/// What git knows of the source. Asked when the script has started: before, git would take its time on the processor.
inline void add_git_facts(run_directory const& run, std::filesystem::path const& source_directory) noexcept {
    try {
        journal events{run.journal()};
        await_start(run, events, 0.05);
        for (auto const& [name, value] : git_query{source_directory}.properties())
            events.append({{"event", "property"}, {"name", name}, {"value", value}});
    } catch (std::exception const&) {  // a full disk, say: the run goes on, and its handle is worth more than this
    }
}

/// As with_interpreter_from, from the current directory. EST-301 if there is none and one is needed.
inline run_configuration with_interpreter_from_here(run_configuration c) {
    std::string& path = c.environment.python.interpreter_path;
    if (path.find('/') != std::string::npos) path = absolute_path(path).string();
    return c;
}

/// EST-632 if no run of the workspace has that id.
inline void require_parent(std::filesystem::path const& workspace, std::string const& id) {
    if (is_run_id(id) && ::access(run_directory{workspace / "runs" / id}.journal().c_str(), F_OK) == 0) return;
    throw error{"EST-632",
                {.what = "there is no run \"" + shown(id.substr(0, 300)) + "\" to be the parent of this one",
                 .where = "workspace " + workspace.string(),
                 .remedy = "give the id of a run of this workspace as parent_run_id"}};
}

/// The hosts of a target, from the options or the targets file. EST-720 if nobody tells, or the job does not fit them.
inline ssh_target ssh_target_of(std::filesystem::path const& workspace, run_configuration const& c, submit_options const& options) {
    auto found = options.ssh;
    if (!found) {
        targets_file const file{workspace, options.targets};
        json const* const settings = file.find(c.target, "ssh_hosts");
        if (settings == nullptr)
            throw error{"EST-720",
                        {.what = "it is not known which hosts \"" + shown(c.target) + "\" are",
                         .where = file.path().string(),
                         .why = file.names(),
                         .remedy = R"(write {")" + shown(c.target) + R"(": {"kind": "ssh_hosts", "hosts": ["node1", "node2"]}} there, or set submit_options::ssh)"}};
        found = ssh_target_from_json(*settings, file.path().string() + ", " + c.target);
    }
    ssh_target_from_json(to_json(*found), "submit_options::ssh");  // for its checks
    // The supervisor works in another folder than this program.
    for (std::string* const file : {&found->key, &found->known_hosts, &found->config})
        if (!file->empty() && !file->starts_with('~')) *file = absolute_path(*file).string();
    require_room(c, *found);
    return *found;
}

/// Everything that can go wrong for reasons of the program or the machine comes before the run exists.
inline run_directory submit(std::filesystem::path const& workspace, std::string const& experiment,
                            run_configuration const& wanted, std::filesystem::path const& source_directory,
                            submit_options const& options, std::string const& target_kind = "local",
                            std::vector<broken_rule> const& warnings = {}) {
    require_honoured(wanted, target_kind);
    std::optional<ssh_target> hosts;
    if (target_kind == "ssh_hosts") hosts = ssh_target_of(workspace, wanted, options);
    std::map<std::string, std::string> properties;
    if (!options.parent_run_id.empty()) {
        require_parent(workspace, options.parent_run_id);
        properties["parent_run_id"] = options.parent_run_id;
    }
    run_configuration const configuration = with_interpreter_from_here(wanted);
    std::string const launcher = find_launcher(options.launcher);
    std::string const mpirun = needs_mpirun(configuration) || hosts ? find_mpirun(options.mpirun) : "";
    std::filesystem::path const source = absolute_path(source_directory).lexically_normal();
    workspace_lock const keeps_the_snapshot{workspace, workspace_lock::kind::shared};
    snapshot_store store{workspace / "snapshots"};
    snapshot_info const snapshot = store.take(source_directory, options.snapshot);
    require_in_snapshot(store, snapshot.id, source_directory, configuration.script);
    created_run run = create_run(workspace, experiment, configuration, snapshot.id, source, std::move(properties),
                                 options.durability);
    try {
        journal events{run.directory.journal()};
        for (broken_rule const& rule : warnings)
            events.append({{"event", "warning"}, {"message", rule.text()}});
        if (hosts) replace_file(run.directory.path / "target.json", to_json(*hosts).dump(2) + "\n");
        start_supervisor(run.directory, std::move(run.lock), launcher, mpirun);
    } catch (error const& e) {
        fail_run(run.directory, e);
        throw;
    }
    add_git_facts(run.directory, source_directory);
    return run.directory;
}
}  // namespace detail

}  // namespace estima::inline v0_1
