// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/slurm/slurm_client.hpp>
#include <estima/slurm/slurm_target.hpp>

namespace estima::inline v0_1 {

/// Exit codes of a job's script, before it has become the supervisor: sysexits.h has them.
inline constexpr int exit_without_run = 66;       ///< the host does not see the run's folder
inline constexpr int exit_without_launcher = 69;  ///< nor the program that supervises

/// What a job's script starts on the first of its hosts.
struct slurm_script_parts {
    std::string launcher;           ///< path of estima-launch on the hosts
    std::string setup{};            ///< lines of the target's settings
    std::string_view durability{};  ///< of the runs
    bool is_array = false;          ///< there is a run for each task
};

/// The script of the job of these runs, which are the tasks of an array if they are several. It is written so that it
/// runs also on a host that does not see the workspace: its exit code tells that.
inline std::string slurm_script(std::vector<run_directory> const& runs, slurm_script_parts const& parts) {
    std::string script = "#!/bin/sh\n# Made by estima: the supervisor of a run becomes this job's script.\n";
    if (parts.is_array) {
        script += "case $SLURM_ARRAY_TASK_ID in\n";
        for (std::size_t i = 0; i < runs.size(); ++i)
            script += std::to_string(i) + ") run=" + shell_quoted(runs[i].path.string()) + ";;\n";
        script += "*) exit " + std::to_string(exit_without_run) + ";;\nesac\n";
    } else {
        script += "run=" + shell_quoted(runs.front().path.string()) + "\n";
    }
    script +=  // a shared file system may need some seconds until it shows a new folder
        "tries=0\n"
        "until [ -f \"$run/events.jsonl\" ]; do\n"
        "  tries=$((tries + 1)); [ $tries -le 5 ] || exit " +
        std::to_string(exit_without_run) +
        "; sleep 1\n"
        "done\n"
        "exec >>\"$run/system_logs/slurm.txt\" 2>&1 || exit " +
        std::to_string(exit_without_run) +
        "\n"
        "launcher=" +
        shell_quoted(parts.launcher) +
        "\n"
        "[ -x \"$launcher\" ] || { echo \"$(hostname) has no $launcher\"; exit " +
        std::to_string(exit_without_launcher) +
        "; }\n"
        "cd /\n";
    if (!parts.setup.empty()) script += parts.setup + "\n";
    script += "export ESTIMA_RUN_ID=\"${run##*/}\" ESTIMA_DURABILITY=" + shell_quoted(parts.durability) + "\n";
    return script + "exec \"$launcher\" supervise --foreground \"$run\"\n";
}

/// What this program's environment is to a job of it, as with sbatch: all of it but what belongs to this program's own
/// job or run, and the token.
inline std::vector<std::pair<std::string, std::string>> slurm_environment(slurm_target const& target) {
    std::vector<std::string> left_out{"SLURM_*", "SLURMD_*", "SBATCH_*", "OMPI_*", "PMIX_*",
                                      "PMI_*",   "ORTE_*",   "ESTIMA_*", "TMPDIR", "PWD"};
    if (!target.token_variable.empty()) left_out.push_back(target.token_variable);
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view const text{*entry};
        std::size_t const equals = text.find('=', 1);
        if (equals == text.npos || text.starts_with("BASH_FUNC_")) continue;
        if (std::string_view const name = text.substr(0, equals); !is_listed(name, left_out))
            variables.emplace_back(name, text.substr(equals + 1));
    }
    if (variables.empty()) variables.emplace_back("PATH", "/usr/local/bin:/usr/bin:/bin");  // a job has to have some
    return variables;
}

/// What is asked of Slurm for a run: its processes, and what the target's settings say. `gpus_per_node`, of the
/// estimator, counts where the settings tell none. The time limit leaves a run the time to end after its
/// max_run_duration.
inline slurm_job_request slurm_request(run_configuration const& c, slurm_target const& target) {
    slurm_job_request request = job_request(target);
    bool const is_alone = c.communicator == "None";
    request.nodes = is_alone ? 1 : std::max(c.node_count, 1);
    request.tasks = is_alone ? 1 : std::max(c.process_count(), request.nodes);
    request.tasks_per_node = is_alone ? 1 : std::max(c.process_count_per_node(), 1);
    // Roles that do not share out evenly: the fullest node decides.
    request.tasks = std::max(request.tasks, c.has_roles() ? request.nodes * request.tasks_per_node : 0);
    // Not unless the run is to survive it: Slurm's own default may be to start jobs again.
    auto const wants = [&](char const* word) {
        auto const& after = c.retries->after;
        return after.empty() || std::find(after.begin(), after.end(), word) != after.end();
    };
    request.requeue = target.requeue || (c.retries && c.retries->at_most > 0 &&
                                         (wants("node_failure") || wants("preemption") || wants("any_failure")));
    if (request.time_limit_minutes == 0 && c.max_run_duration_seconds)
        request.time_limit_minutes =
            static_cast<int>(std::min<std::int64_t>((*c.max_run_duration_seconds + 59) / 60 + 2, 1'000'000));
    request.working_directory = "/";        // is there on every host
    request.standard_output = "/dev/null";  // the script opens its own when it sees the run's folder
    request.environment = slurm_environment(target);
    return request;
}

/// The job of these runs, which ask for the same: the tasks of an array if they are several. Its comment leads back to
/// the first.
inline slurm_job_request slurm_job_for(std::vector<run_directory> const& runs, std::string experiment,
                                       run_configuration const& c, slurm_target const& target,
                                       std::string const& launcher, std::string_view durability) {
    slurm_job_request request = slurm_request(c, target);
    bool const is_array = runs.size() > 1;
    std::string const others = std::to_string(runs.size() - 1);
    request.name = std::move(experiment);
    request.comment = target.comment + (target.comment.empty() ? "" : " ") + "estima " + runs.front().run_id() +
                      (is_array ? " and " + others + " more" : "");
    if (is_array) request.array = "0-" + others;
    request.script = slurm_script(
        runs, {.launcher = launcher, .setup = target.setup, .durability = durability, .is_array = is_array});
    return request;
}

}  // namespace estima::inline v0_1
