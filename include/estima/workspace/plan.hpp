// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>

#include <estima/estimator/validate.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/snapshot/left_out.hpp>
#include <estima/system/files.hpp>
#include <estima/system/shown.hpp>
#include <estima/transport/local.hpp>
#include <estima/transport/ssh_hosts.hpp>
#include <estima/transport/targets.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

/// Where a plan is printed, and what submit would be told.
struct plan_options {
    std::ostream* output = &std::cout;
    std::filesystem::path workspace{};  ///< left out: the one that workspace::open() would open
    std::string launcher{}, mpirun{};   ///< as in submit_options
};

namespace detail {
/// A text of several lines, each after the first a comment.
inline std::string as_comment(std::string text) {
    for (std::size_t i = 0; (i = text.find('\n', i)) != std::string::npos; i += 2) text.replace(i, 1, "\n# ");
    return text;
}

inline std::string described(run_configuration const& c) {
    try {
        std::string const digest = hash(c);  // first: it is what tells of text that is not UTF-8
        return "# run configuration, SHA-256 " + digest + '\n' + to_sparse_json(c).dump(2) + '\n';
    } catch (error const& e) {
        return "# run configuration: " + as_comment(e.what()) + '\n';
    }
}
}  // namespace detail

/// Prints what submit would do, and does nothing: the rules that the job breaks, its run configuration and hash, what
/// this machine lacks, and the exact command of each process with its environment. The id of the run, and for gloo the
/// port, are chosen at submit and stand here as <run id> and <a free port>. True if submit would start it.
template <any_estimator Estimator>
bool plan(Estimator const& job, plan_options const& options = {}) {
    std::ostream& out = *options.output;
    std::vector<broken_rule> const broken = check(job);
    std::filesystem::path const root = options.workspace.empty() ? workspace::default_path() : options.workspace;
    run_configuration const c = detail::with_interpreter_from_here(lower(job));

    out << "# source directory: " << shown(absolute_path(job.fields().source_directory).lexically_normal().string())
        << "\n# workspace: " << shown(root.string()) << '\n' << detail::described(c);
    bool is_refused = false;
    for (broken_rule const& rule : broken) {
        is_refused |= rule.level == rule_level::error;
        out << (rule.level == rule_level::error ? "# submit refuses it: " : "# warning: ") << rule.text() << '\n';
    }
    if (!is_refused) {
        try {
            require_transport(Estimator::policy_facts.target.kind);
            require_honoured(c, std::string{Estimator::policy_facts.target.kind});
            std::string const why = why_left_out(job.fields().source_directory, c.script);
            if (!why.empty()) throw left_out_error{job.fields().source_directory, c.script, why};
        } catch (error const& e) {
            out << "# submit refuses it: " << detail::as_comment(e.what()) << '\n';
            return false;
        }
    }
    auto const missing = what_is_missing(c, options.launcher, options.mpirun);
    if (missing) out << "# submit refuses it: " << missing->what << ": " << missing->why << "\n#   " << missing->remedy << '\n';
    bool const can_be_laid_out = c.node_count > 0 && c.process_count_per_node() > 0;
    if (can_be_laid_out) {
        auto or_name = [](std::string const& option, char const* name, auto find) {
            try {
                return find(option);
            } catch (error const&) {
                return std::string{name};
            }
        };
        launch_settings const settings = settings_of_this_host(
            c, or_name(options.launcher, "estima-launch", [](std::string const& o) { return find_launcher(o); }),
            or_name(options.mpirun, "mpirun", [](std::string const& o) { return find_mpirun(o); }));
        print_plan(out, make_launch_plan(c, run_directory{root / "runs" / "<run id>"}, settings));
    }
    return !is_refused && !missing;
}

}  // namespace estima::inline v0_1
