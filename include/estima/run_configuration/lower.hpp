// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <climits>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class Number>
std::string shortest_text(Number number) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

inline std::string text_of(script_value const& value) {
    switch (value.is) {
        case script_value::kind::integer: return shortest_text(value.integer);
        case script_value::kind::natural: return shortest_text(value.natural);
        case script_value::kind::real: return shortest_text(value.real);
        case script_value::kind::single_precision: return shortest_text(static_cast<float>(value.real));
        case script_value::kind::name_only:
        case script_value::kind::text: break;
    }
    return value.text;
}

inline std::vector<std::string> arguments_of(std::vector<script_param> const& params) {
    std::vector<std::string> arguments;
    arguments.reserve(2 * params.size());
    for (script_param const& p : params) {
        if (!p.name.empty()) arguments.push_back(p.name);
        if (p.value.is != script_value::kind::name_only) arguments.push_back(text_of(p.value));
    }
    return arguments;
}
}  // namespace detail

/// What facts and fields come to. Total: a job that breaks rules is lowered as well, so that it can be looked at.
inline run_configuration lower(facts const& policies, job_fields const& job) {
    count nodes = policies.node_count, processes = policies.process_count_per_node;
    nodes.also(job.node_count);
    processes.also(job.process_count_per_node);

    run_configuration c;
    c.script = job.entry_script;
    c.arguments = detail::arguments_of(job.script_params);
    c.target = policies.target.name;
    c.framework = policies.framework.azure_name;
    c.communicator = policies.backend.communicator;
    c.node_count = nodes.value;
    if (job.max_run_duration != duration{})
        c.max_run_duration_seconds = static_cast<std::int64_t>(
            std::ceil(std::clamp(job.max_run_duration.seconds(), -detail::longest_run_duration, detail::longest_run_duration)));
    c.environment.environment_variables.insert(job.environment_variables.begin(), job.environment_variables.end());
    c.environment.python.user_managed_dependencies = !policies.environment.is_prepared() && policies.framework.version.empty();
    c.environment.python.interpreter_path = interpreter_of(policies, job);
    if (c.communicator == "Mpi") c.mpi.process_count_per_node = processes.value;
    if (c.communicator == "Gloo") {
        c.pytorch.communication_backend = "Gloo";
        std::int64_t const all = std::int64_t{nodes.value} * processes.value;
        c.pytorch.process_count = static_cast<int>(std::clamp<std::int64_t>(all, INT_MIN, INT_MAX));
    }
    c.display_name = job.display_name;
    c.tags.insert(job.tags.begin(), job.tags.end());
    return c;
}

/// The run configuration of an estimator.
template <any_estimator Estimator>
run_configuration lower(Estimator const& job) {
    return lower(Estimator::policy_facts, job.fields());
}

/// A relative path of an interpreter is meant from where the program runs, the script runs elsewhere: makes it
/// absolute. A name without '/' is left for PATH. Links are kept: a virtual environment's python is one.
inline run_configuration with_interpreter_from(run_configuration c, std::string const& directory) {
    std::string& path = c.environment.python.interpreter_path;
    if (path.find('/') != std::string::npos && path.front() != '/') path = directory + "/" + path;
    return c;
}

}  // namespace estima::inline v0_1
