// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <unistd.h>

#include <cstddef>
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
#include <estima/history/known_record.hpp>
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
#include <estima/system/json.hpp>
#include <estima/transport/local.hpp>
#include <estima/transport/ssh_hosts.hpp>
#include <estima/transport/targets.hpp>
#include <estima/workspace/create_run.hpp>
#include <estima/workspace/names.hpp>
#include <estima/workspace/refresh_page.hpp>
#include <estima/workspace/workspace_description.hpp>
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
    json target{};  ///< settings of a target of any kind, as a targets file has them: to_json(slurm_target{...})
    /// File with settings of targets; left out: $ESTIMA_TARGETS, <workspace>/targets.json.
    std::filesystem::path targets{};
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

/// What git knows of sources, each asked once. Where the script starts on this machine, when it has: before, git would
/// take its time on the processor.
class git_facts_of_sources {
public:
    void add_to(run_directory const& run, std::filesystem::path const& source_directory, bool starts_here) noexcept {
        try {
            journal events{run.journal()};
            if (starts_here) await_start(run, events, 0.05);
            auto known = known_.find(source_directory);
            if (known == known_.end())
                known = known_.emplace(source_directory, git_query{source_directory}.properties()).first;
            for (auto const& [name, value] : known->second)
                events.append({{"event", "property"}, {"name", name}, {"value", value}});
        } catch (std::exception const&) {  // a full disk, say: the run goes on, and its handle is worth more than this
        }
    }

private:
    std::map<std::filesystem::path, std::map<std::string, std::string>> known_{};
};

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
                 .why = is_run_id(id) && has_run(deleted_runs_in(workspace), id) ? is_deleted_and_kept : "",
                 .remedy = "give the id of a run of this workspace as parent_run_id"}};
}

/// What is submitted, and what is known of it beside its run configuration.
struct job_to_submit {
    run_configuration configuration;
    std::filesystem::path source_directory;
    std::string target_kind = "local";
    std::vector<broken_rule> warnings{};
    bool is_typed = false;  ///< an estimator: its compute target tells these
    int gpus_per_node = 0;
};

/// Everything that can go wrong for reasons of the program or the machine comes before the run exists.
inline submission make_submission(std::filesystem::path const& workspace, std::string const& experiment,
                                  job_to_submit const& job, submit_options const& options) {
    require_workspace(workspace);
    transport const& way = require_transport(job.target_kind);
    require_honoured(job.configuration, job.target_kind);
    run_configuration const configuration = with_interpreter_from_here(job.configuration);
    target_request request{.workspace = workspace,
                           .configuration = configuration,
                           .given = options.ssh ? to_json(*options.ssh) : options.target,
                           .targets = options.targets,
                           .launcher = options.launcher,
                           .mpirun = options.mpirun,
                           .is_typed = job.is_typed,
                           .gpus_per_node = job.gpus_per_node};
    std::map<std::string, std::string> properties;
    if (!options.parent_run_id.empty()) {
        require_parent(workspace, options.parent_run_id);
        properties["parent_run_id"] = options.parent_run_id;
    }
    json settings = way.prepare(request);
    std::filesystem::path const source = absolute_path(job.source_directory).lexically_normal();
    workspace_lock const keeps_the_snapshot{workspace, workspace_lock::kind::shared};
    snapshot_store store{workspace / "snapshots"};
    snapshot_info const snapshot = store.take(job.source_directory, options.snapshot);
    require_in_snapshot(store, snapshot.id, job.source_directory, configuration.script);
    created_run run = create_run(workspace, experiment, configuration, snapshot.id, source, std::move(properties),
                                 options.durability);
    try {
        journal events{run.directory.journal()};
        for (broken_rule const& rule : job.warnings)
            events.append({{"event", "warning"}, {"message", rule.text()}});
        if (!settings.is_null()) replace_file(run.directory.path / "target.json", settings.dump(2) + "\n");
    } catch (error const& e) {
        fail_run(run.directory, e);
        throw;
    }
    return {std::move(run.directory), configuration,   std::move(settings), std::move(run.lock),
            request.launcher,         request.mpirun};
}

inline run_directory submit(std::filesystem::path const& workspace, std::string const& experiment,
                            job_to_submit const& job, submit_options const& options) {
    submission one = make_submission(workspace, experiment, job, options);
    transport const& way = require_transport(job.target_kind);
    try {
        way.submit(one);
    } catch (error const& e) {
        fail_run(one.run, e);
        throw;
    }
    git_facts_of_sources{}.add_to(one.run, job.source_directory, !way.is_written_elsewhere());
    return one.run;
}

/// Several jobs for one kind of target. Those that cannot be started are Failed, and say why.
inline std::vector<run_directory> submit_all(std::filesystem::path const& workspace, std::string const& experiment,
                                             std::vector<job_to_submit> const& jobs, submit_options const& options) {
    std::vector<submission> all;
    std::vector<run_directory> runs;
    if (jobs.empty()) return runs;
    try {
        for (job_to_submit const& job : jobs) all.push_back(make_submission(workspace, experiment, job, options));
    } catch (error const& e) {  // none is started
        for (submission const& one : all) fail_run(one.run, e);
        throw;
    }
    transport const& way = require_transport(jobs.front().target_kind);
    auto const failures = way.submit_all(all);
    git_facts_of_sources git;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (failures[i]) fail_run(all[i].run, *failures[i]);
        else git.add_to(all[i].run, jobs[i].source_directory, !way.is_written_elsewhere());
        runs.push_back(all[i].run);
    }
    return runs;
}
}  // namespace detail

}  // namespace estima::inline v0_1
