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

namespace detail {
/// What has to be complete where jobs for a compute target are submitted.
template <class Target>
struct needed_by {
    using type = Target;
};
template <class Target>
    requires requires { typename Target::needs_to_be_submitted; }
struct needed_by<Target> {
    using type = typename Target::needs_to_be_submitted;
};
template <class Needed>
constexpr void require_header() {
    static_assert(
        requires { sizeof(Needed); }, "to submit there takes a header and a library: see the name of the type");
}
}  // namespace detail

/// A name in a workspace, under which runs are gathered. Made by workspace::experiment.
class experiment {
public:
    experiment(std::filesystem::path workspace, std::string name)
        : workspace_{std::move(workspace)}, name_{std::move(name)} {}

    std::string const& name() const { return name_; }
    /// The folder of the workspace.
    std::filesystem::path const& workspace_path() const { return workspace_; }

    /// Checks the job, takes a snapshot of its source directory, and starts it. Returns when its supervisor runs, which
    /// outlives this program. Broken rules that are warnings stand in the run's details. Throws broken_rules_error with
    /// all rules that the job breaks; EST-110: something that this machine cannot do; EST-112: another target; EST-2nn:
    /// the snapshot; EST-301: the workspace cannot be written; EST-4nn: it cannot be started.
    template <any_estimator Estimator>
    run submit(Estimator const& job, submit_options const& options = {}) const {
        detail::require_header<typename detail::needed_by<typename Estimator::policies::compute_target_type>::type>();
        return run{detail::submit(workspace_, name_, to_submit(job), options)};
    }

    /// The same for what was lowered, or read from a file; on its `target` where submit_options or the targets file
    /// tell of it, else on this machine. Instead of the rules, each field is checked for what can be done there:
    /// EST-110.
    run submit(run_configuration const& configuration, std::filesystem::path const& source_directory,
               submit_options const& options = {}) const {
        std::string kind = options.ssh                  ? "ssh_hosts"
                           : options.target.is_object() ? options.target.value("kind", "")
                                                        : "";
        if (kind.empty()) kind = targets_file{workspace_, options.targets}.kind_of(configuration.target);
        return run{detail::submit(workspace_, name_, {configuration, source_directory, kind.empty() ? "local" : kind},
                                  options)};
    }

    /// Many jobs of one type at once: on Slurm jobs that ask for the same become one array. All are checked before the
    /// first is started. A run that cannot be started is Failed, and says why; the others go on. Throws as submit does.
    template <any_estimator Estimator>
    std::vector<run> submit_all(std::vector<Estimator> const& jobs, submit_options const& options = {}) const {
        detail::require_header<typename detail::needed_by<typename Estimator::policies::compute_target_type>::type>();
        std::vector<detail::job_to_submit> all;
        for (Estimator const& job : jobs) all.push_back(to_submit(job));
        std::vector<run> runs;
        for (run_directory& directory : detail::submit_all(workspace_, name_, all, options))
            runs.emplace_back(std::move(directory));
        return runs;
    }

private:
    template <class Estimator>
    static detail::job_to_submit to_submit(Estimator const& job) {
        std::vector<broken_rule> warnings = require_valid(job);
        constexpr compute_target_facts const& target = Estimator::policy_facts.target;
        require_transport(target.kind);
        return {lower(job), job.fields().source_directory, std::string{target.kind}, std::move(warnings), true,
                target.gpus_per_node.is_given ? static_cast<int>(target.gpus_per_node.value) : 0};
    }

    std::filesystem::path workspace_;
    std::string name_;
};

}  // namespace estima::inline v0_1
