// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <estima/environment/asked_packages.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/estimator/retry_words.hpp>
#include <estima/estimator/requirements_file.hpp>
#include <estima/run_configuration/lower_inputs.hpp>
#include <estima/run_configuration/lowered.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline count together(count policy, count field) {
    policy.also(field);
    return policy;
}

inline void lower_counts(run_configuration& c, static_configuration const& policies, job_fields const& job) {
    c.node_count = together(policies.node_count, job.node_count).value;
    int const processes = together(policies.process_count_per_node, job.process_count_per_node).value;
    if (c.communicator == "Mpi") c.mpi.process_count_per_node = processes;
    if (c.communicator == "Gloo" || c.communicator == "Nccl") {
        c.pytorch.communication_backend = c.communicator;
        std::int64_t const all = std::int64_t{c.node_count} * processes;
        c.pytorch.process_count = static_cast<int>(std::clamp<std::int64_t>(all, INT_MIN, INT_MAX));
    }
    if (!c.has_roles()) return;
    count const workers = together(policies.worker_count, job.worker_count);
    count const& servers = policies.parameter_server_count;
    bool const has_servers = c.communicator == "ParameterServer" && !(servers.is_given && servers.value < 1);
    c.tensorflow.worker_count = workers.is_given || has_servers ? workers.value : c.node_count;
    c.tensorflow.parameter_server_count = has_servers ? together(servers, job.parameter_server_count).value : 0;
}

inline std::string size_text(bytes size) {
    constexpr unsigned long long mebi = 1ULL << 20, gibi = 1ULL << 30;
    if (size.value % gibi == 0) return std::to_string(size.value / gibi) + "g";
    if (size.value % mebi == 0) return std::to_string(size.value / mebi) + "m";
    return std::to_string(size.value) + "b";
}

/// The packages of the types, and the lines of pip_requirements_file. As one's own in the types, a package of a line
/// takes the place of the one that the target or the framework adds.
inline package_list lower_packages(facts const& f, static_configuration const& policies, job_fields const& job) {
    package_list packages{{policies.conda_packages.begin(), policies.conda_packages.end()},
                          {policies.pip_packages.begin(), policies.pip_packages.end()}};
    if (policies.pip_requirements_file.empty()) return packages;
    facts with_file = f;
    requirements_file const file = add_requirements_file(with_file, job.source_directory);
    framework_version const version = added_version(f);
    auto const added_end = packages.pip.end() - static_cast<std::ptrdiff_t>(f.environment.pip_packages.size);
    packages.pip.erase(std::remove_if(packages.pip.begin(), added_end, [&](std::string const& added) {
        return added == azure_defaults ? asks_for_package(with_file.environment, azure_defaults)
                                       : asks_for_the_same(with_file, version, added);
    }), added_end);
    std::string_view rest = file.text;
    for (std::string_view line; next_line(rest, line);) packages.pip.emplace_back(line);
    return packages;
}

inline void lower_environment(environment_section& e, facts const& f, static_configuration const& policies,
                              job_fields const& job) {
    e.name = policies.environment_name;
    e.version = policies.environment_version;
    for (named_value const& one : policies.environment_variables) e.environment_variables.emplace(one.name, one.value);
    for (auto const& [name, value] : job.environment_variables) e.environment_variables.insert_or_assign(name, value);
    e.python.user_managed_dependencies = policies.user_managed_dependencies;
    if (!job.interpreter_path.empty()) e.python.interpreter_path = job.interpreter_path;
    else if (!policies.interpreter_path.empty()) e.python.interpreter_path = policies.interpreter_path;
    else if (!policies.is_azure) e.python.interpreter_path = "python3";  // Debian's name for it
    e.python.conda_dependencies_file = policies.conda_dependencies_file;
    bool const has_packages =
        !policies.conda_packages.empty() || !policies.pip_packages.empty() || !policies.pip_requirements_file.empty();
    if (has_packages) e.python.conda_dependencies = conda_section{.dependencies = lower_packages(f, policies, job)};
    e.docker.enabled = policies.docker_enabled;
    e.docker.base_image = policies.base_image.reference;
    e.docker.base_image_registry.address = policies.base_image.registry_address;
    e.docker.base_image_registry.username = policies.base_image.registry_username;
    e.docker.base_image_registry.password_variable = policies.base_image.registry_password_variable;
    if (policies.shm_size != bytes{}) e.docker.shm_size = size_text(policies.shm_size);
    if (policies.is_azure && policies.environment_name.empty()) e.spark.precache_packages = false;
}

inline void lower_retries(run_configuration& c, static_configuration const& policies, retry_fields const& job) {
    count const at_most = together(policies.retries, job.at_most);
    if (!at_most.is_given) return;
    retries_section& r = c.retries.emplace();
    r.at_most = at_most.value;
    r.resume_from = job.resume_from;
    for (retry_cause const& one : policies.retry_after) r.after.push_back(cause_text(one));
    if (!job.after.empty()) r.after.clear();
    for (retry_cause const& one : job.after) r.after.push_back(cause_text(one));
}

inline void lower_for_azure(run_configuration& c, static_configuration const& policies) {
    c.amlcompute.vm_size = policies.vm_size;
    c.amlcompute.vm_priority = policies.vm_priority;
    c.amlcompute.cluster_max_node_count = c.node_count;
    // Several nodes share the source directory through the workspace's own datastore.
    if (c.source_directory_data_store.empty() && c.node_count > 1) c.source_directory_data_store = "workspaceblobstore";
}

/// What the policies say and what a type decided, with the fields of a job.
inline run_configuration lower(facts const& f, static_configuration const& policies, job_fields const& job) {
    run_configuration c;
    c.script = job.entry_script;
    c.target = policies.target;
    c.framework = policies.framework;
    c.communicator = policies.communicator;
    lower_counts(c, policies, job);
    add_arguments(c, job.script_params);
    for (data_input const& input : job.inputs) add_input(c, input);
    if (job.resume_from) add_resume_from(c, *job.resume_from);
    if (job.max_run_duration != duration{}) {
        double const limit = job.max_run_duration.seconds();  // of no number -1: refused, as EST-024 and EST-110 tell
        c.max_run_duration_seconds = static_cast<std::int64_t>(
            std::isnan(limit) ? -1 : std::ceil(std::clamp(limit, -longest_run_duration, longest_run_duration)));
    }
    c.priority = job.priority;
    lower_environment(c.environment, f, policies, job);
    c.source_directory_data_store = job.source_directory_data_store;
    if (policies.is_azure) lower_for_azure(c, policies);
    c.display_name = job.display_name;
    c.tags.insert(job.tags.begin(), job.tags.end());
    lower_retries(c, policies, job.retries);
    if (!policies.bind_to.empty() || !policies.map_by.empty())
        c.placement = placement_section{std::string{policies.bind_to}, std::string{policies.map_by}};
    return c;
}
}  // namespace detail

/// The run configuration of an estimator. Total: a job that breaks rules is lowered as well, so that it can be looked
/// at. Reads pip_requirements_file, if there is one, and nothing else.
template <any_estimator Estimator>
run_configuration lower(Estimator const& job) {
    return detail::lower(Estimator::policy_facts, lowered<Estimator>, job.fields());
}

/// A relative path of an interpreter is meant from where the program runs, the script runs elsewhere: makes it
/// absolute. A name without '/' is left for PATH. Links are kept: a virtual environment's python is one.
inline run_configuration with_interpreter_from(run_configuration c, std::string const& directory) {
    std::string& path = c.environment.python.interpreter_path;
    if (path.find('/') != std::string::npos && path.front() != '/') path = directory + "/" + path;
    return c;
}

}  // namespace estima::inline v0_1
