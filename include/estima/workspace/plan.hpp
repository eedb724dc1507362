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
#include <estima/transport/transport.hpp>
#include <estima/workspace/workspace.hpp>

namespace estima::inline v0_1 {

/// Where a plan is printed, and what submit would be told.
struct plan_options {
    std::ostream* output = &std::cout;
    std::filesystem::path workspace{};  ///< left out: the one that workspace::open() would open
    std::string launcher{}, mpirun{};   ///< as in submit_options, and so the others
    json target{};
    std::filesystem::path targets{};
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
/// this machine lacks, what a batch system would be sent, and the exact command of each process with its environment.
/// What is chosen at submit or on the job's hosts stands here as <run id>, <a free port> and the like. True if submit
/// would start it.
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
    if (c.node_count < 1 || c.process_count_per_node() < 1) return false;
    constexpr compute_target_facts const& target = Estimator::policy_facts.target;
    target_request request{
        .workspace = root,
        .configuration = c,
        .given = options.target,
        .targets = options.targets,
        .launcher = options.launcher,
        .mpirun = options.mpirun,
        .is_typed = true,
        .gpus_per_node = target.gpus_per_node.is_given ? static_cast<int>(target.gpus_per_node.value) : 0};
    run_directory const run{absolute_path(root).lexically_normal() / "runs" / "<run id>"};
    transport const* const way = find_transport(target.kind);
    launch_settings launch = settings_of_this_host(c, "estima-launch", "mpirun");
    try {
        if (way != nullptr) {
            json const settings = way->prepare(request);
            launch.launcher = request.launcher;
            launch.mpirun = request.mpirun;
            out << way->tell_plan(request, settings, run, launch);
        }
    } catch (error const& e) {
        is_refused = true;
        out << "# submit refuses it: " << detail::as_comment(e.what()) << "\n# this machine would start:\n";
    }
    print_plan(out, make_launch_plan(c, run, launch));
    return !is_refused;
}

}  // namespace estima::inline v0_1
