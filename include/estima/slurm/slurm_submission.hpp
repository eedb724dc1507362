// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <estima/slurm/slurm_api.hpp>
#include <estima/slurm/slurm_job.hpp>
#include <estima/slurm/slurm_target.hpp>
#include <estima/slurm/slurm_words.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// A request with what the settings of a target ask for: partition, account, time limit, memory, ... EST-721 if they
/// cannot be used.
inline slurm_job_request job_request(slurm_target const& t) {
    require_usable(t, "a target for Slurm");
    slurm_job_request r;
    r.partition = t.partition;
    r.account = t.account;
    r.qos = t.qos;
    r.reservation = t.reservation;
    r.constraint = t.constraint;
    r.dependency = t.dependency;
    r.time_limit_minutes = slurm_minutes(t.time_limit).value_or(0);
    r.memory_mb = slurm_megabytes(t.memory).value_or(0);
    r.gres = t.gres;
    if (t.gpus_per_node > 0) r.gres += (r.gres.empty() ? "gpu:" : ",gpu:") + std::to_string(t.gpus_per_node);
    r.cpus_per_task = t.cpus_per_task;
    r.exclusive = t.exclusive;
    r.requeue = t.requeue;
    r.nice = t.nice;
    return r;
}

/// The JSON that submits a job, as that version of the API wants it.
inline json slurm_submission(slurm_job_request const& r, slurm_dialect const& d) {
    json job = json::object();
    auto text = [&job](char const* key, std::string const& value) {
        if (!value.empty()) job[key] = value;
    };
    auto whole = [&job](char const* key, std::int64_t value) {
        if (value != 0) job[key] = value;
    };
    auto number = [&](char const* key, std::int64_t value) {
        if (value != 0)
            job[key] =
                d.numbers_are_objects ? json{{"set", true}, {"infinite", false}, {"number", value}} : json(value);
    };
    text("name", r.name);
    text("comment", r.comment);
    text("current_working_directory", r.working_directory);
    text("standard_output", r.standard_output);
    text("standard_error", r.standard_error);
    text("array", r.array);
    text("partition", r.partition);
    text("account", r.account);
    text("qos", r.qos);
    text("reservation", r.reservation);
    text("constraints", r.constraint);
    text("dependency", r.dependency);
    if (d.nodes_are_two) {
        whole("minimum_nodes", r.nodes);
        whole("maximum_nodes", r.nodes);
    } else if (r.nodes > 0) {
        job["nodes"] = std::to_string(r.nodes);
    }
    whole("tasks", r.tasks);
    whole("tasks_per_node", r.tasks_per_node);
    whole("cpus_per_task", r.cpus_per_task);
    number("time_limit", r.time_limit_minutes);
    number("memory_per_node", r.memory_mb);
    if (!r.gres.empty() && d.gres == nullptr) job["gres"] = r.gres;
    if (!r.gres.empty() && d.gres != nullptr) {
        std::string all;
        for (std::string_view const part : detail::split(r.gres, ','))
            all.append(all.empty() ? "" : ",").append(d.gres).append(part);
        job["tres_per_node"] = all;
    }
    if (r.exclusive) job.update(json::parse(d.exclusive));
    // 22.05 takes each value of "requeue" for true.
    if (d.number > 38 || r.requeue)
        job["requeue"] = r.requeue;
    else
        job["no_requeue"] = true;
    whole("nice", r.nice);
    if (r.hold) job["hold"] = true;
    // Slurm refuses a job without any variable.
    json& environment = job["environment"];
    if (d.environment_is_list) {
        environment = json::array();
        for (auto const& [name, value] : r.environment) environment.push_back(name + "=" + value);
        if (r.environment.empty()) environment.push_back("SLURM_GET_USER_ENV=1");
    } else {
        environment = json::object();
        for (auto const& [name, value] : r.environment) environment[name] = value;
        if (r.environment.empty()) environment["SLURM_GET_USER_ENV"] = "1";
    }
    if (d.script_in_job) job["script"] = r.script;
    json body{{"job", std::move(job)}};
    if (!d.script_in_job) body["script"] = r.script;
    return body;
}

}  // namespace estima::inline v0_1
