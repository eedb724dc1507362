// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include <estima/http/http_error.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/slurm/slurm_api.hpp>
#include <estima/slurm/slurm_submission.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// A job as a plan tells it: what is asked of Slurm, without the variables, some of which may be secrets, and the
/// script. The server is not asked which version of the API it has.
inline std::string slurm_plan_text(slurm_job_request const& request, slurm_target const& target) {
    slurm_dialect const* dialect = slurm_dialect_of(target.api_version);
    if (dialect == nullptr) dialect = std::end(slurm_dialects) - 1;
    json job = slurm_submission(request, *dialect)["job"];
    job.erase("environment");
    job.erase("script");
    auto const lines = [](std::string const& text) {
        std::string told;
        for (std::size_t at = 0; at < text.size();) {
            std::size_t const end = std::min(text.find('\n', at), text.size());
            told += "#   " + shown(text.substr(at, end - at)) + "\n";
            at = end + 1;
        }
        return told;
    };
    return "# submitted to Slurm, " + shown_url(target.url) + ", as this job (the words are those of " +
           dialect->name() + (target.api_version.empty() ? "; the newest version that the server knows is taken" : "") +
           ") with " + std::to_string(request.environment.size()) + " variables of this program's environment:\n" +
           lines(job.dump(2, ' ', false, json::error_handler_t::replace)) + "# and this script:\n" +
           lines(request.script) + "# on the job's first host that starts:\n";
}

/// What the supervisor on the job's first host will find there, as far as it is known before there is a job.
inline void describe_slurm_launch(run_configuration const& c, slurm_target const& target,
                                  slurm_job_request const& request, launch_settings& s) {
    s.mpirun = "mpirun";  // the one that is in PATH there
    s.cores = std::max(request.tasks_per_node, 1) * std::max(target.cpus_per_task, 1);
    if (request.nodes < 2) return;
    s.is_batch_job = true;
    s.network = target.network.empty() ? "<subnet of the hosts>" : target.network;
    for (int i = 0; i < rendezvous_count(c); ++i)
        s.rendezvous.push_back("<address of host " + std::to_string(i / c.process_count_per_node() + 1) +
                               ">:<a free port>");
}

}  // namespace estima::inline v0_1
