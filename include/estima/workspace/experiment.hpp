// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/estimator/validate.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/transport/targets.hpp>
#include <estima/workspace/run.hpp>
#include <estima/workspace/submit.hpp>

namespace estima::inline v0_1 {

/// A name in a workspace, under which runs are gathered. Made by workspace::experiment.
class experiment {
public:
    experiment(std::filesystem::path workspace, std::string name)
        : workspace_{std::move(workspace)}, name_{std::move(name)} {}

    std::string const& name() const { return name_; }
    /// The folder of the workspace.
    std::filesystem::path const& workspace_path() const { return workspace_; }

    /// Checks the job, takes a snapshot of its source directory, and starts it. Returns when its supervisor runs, which
    /// outlives this program. Broken rules that are warnings stand in the run's details. Throws broken_rules_error with all
    /// rules that the job breaks; EST-110: something that this machine cannot do; EST-112: another target; EST-2nn: the
    /// snapshot; EST-301: the workspace cannot be written; EST-4nn: it cannot be started.
    template <any_estimator Estimator>
    run submit(Estimator const& job, submit_options const& options = {}) const {
        std::vector<broken_rule> const warnings = require_valid(job);
        constexpr std::string_view kind = Estimator::policy_facts.target.kind;
        require_transport(kind);
        return run{detail::submit(workspace_, name_, lower(job), job.fields().source_directory, options, std::string{kind}, warnings)};
    }

    /// The same for what was lowered, or read from a file; on the hosts of its `target` where submit_options::ssh or the
    /// targets file tell them, else on this machine. Instead of the rules, each field is checked for what can be done
    /// there: EST-110.
    run submit(run_configuration const& configuration, std::filesystem::path const& source_directory,
               submit_options const& options = {}) const {
        bool const has_hosts = options.ssh || targets_file{workspace_, options.targets}.find(configuration.target, "ssh_hosts") != nullptr;
        return run{detail::submit(workspace_, name_, configuration, source_directory, options, has_hosts ? "ssh_hosts" : "local")};
    }

private:
    std::filesystem::path workspace_;
    std::string name_;
};

}  // namespace estima::inline v0_1
