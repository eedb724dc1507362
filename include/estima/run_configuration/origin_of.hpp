// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/estimator/basic_estimator.hpp>
#include <estima/run_configuration/lowered.hpp>
#include <estima/run_configuration/provenance.hpp>

namespace estima::inline v0_1 {

namespace detail {
class origin_writer {
public:
    origin_writer(facts const& f, job_fields const& job) : f_{f}, job_{job} {}

    provenance written() {
        general();
        counts();
        environment();
        inputs();
        if (f_.target.is_azure) azure();
        return std::move(origin_);
    }

private:
    void set(std::string key, std::string by) { origin_.set(std::move(key), std::move(by)); }
    static std::string policy(std::string_view name) { return "policy " + std::string{name}; }
    static std::string field(std::string_view name) { return "field " + std::string{name}; }
    static void also(std::string& list, bool is, std::string const& who) {
        if (is) list.append(list.empty() ? "" : ", ").append(who);
    }
    /// Where a number comes from: the field, if the policy leaves it open. Empty: neither gives it.
    std::string count_by(count const& in_policy, count const& in_field, char const* name) const {
        return in_policy.is_given ? policy(f_.backend.name) + "'s " + name : in_field.is_given ? field(name) : "";
    }
    void set_count(char const* key, count const& in_policy, count const& in_field, char const* name) {
        if (std::string by = count_by(in_policy, in_field, name); !by.empty()) set(key, std::move(by));
    }

    void general() {
        set("script", field("entry_script"));
        std::string arguments;
        also(arguments, !job_.script_params.empty(), field("script_params"));
        also(arguments, job_.resume_from.has_value(), field("resume_from"));
        if (!arguments.empty()) set("arguments", arguments);
        set("target", policy(f_.target.kind));
        set("framework", policy(f_.framework.is_executable ? f_.framework.name : f_.backend.name));
        set("communicator", policy(f_.backend.name));
        if (job_.max_run_duration != duration{}) set("maxRunDurationSeconds", field("max_run_duration"));
        if (job_.priority) set("priority", field("priority"));
        if (!job_.display_name.empty()) set("displayName", field("display_name"));
        if (!job_.tags.empty()) set("tags", field("tags"));
        if (!f_.backend.bind_to.empty() || !f_.backend.map_by.empty()) set("placement", policy(f_.backend.name));
        std::string retries;
        also(retries, f_.retries.at_most.is_given, policy(f_.target.kind));
        retry_fields const& own = job_.retries;
        also(retries, own.at_most.is_given || !own.after.empty() || !own.resume_from.empty(), field("retries"));
        if (!retries.empty()) set("retries", retries);
        if (!job_.source_directory_data_store.empty())
            set("sourceDirectoryDataStore", field("source_directory_data_store"));
    }

    void counts() {
        set_count("nodeCount", f_.node_count, job_.node_count, "node_count");
        std::string_view const communicator = f_.backend.communicator;
        if (communicator == "Mpi")
            set_count("mpi.processCountPerNode", f_.process_count_per_node, job_.process_count_per_node,
                      "process_count_per_node");
        if (communicator == "Gloo" || communicator == "Nccl") {
            set("pytorch", policy(f_.backend.name));
            std::string processes;  // of all nodes
            for (std::string const& by :
                 {count_by(f_.node_count, job_.node_count, "node_count"),
                  count_by(f_.process_count_per_node, job_.process_count_per_node, "process_count_per_node")})
                also(processes, !by.empty(), by);
            if (!processes.empty()) set("pytorch.processCount", processes);
        }
        if (!f_.backend.has_roles) return;
        set("tensorflow", policy(f_.backend.name));
        set_count("tensorflow.workerCount", f_.backend.worker_count, job_.worker_count, "worker_count");
        set_count("tensorflow.parameterServerCount", f_.backend.parameter_server_count, job_.parameter_server_count,
                  "parameter_server_count");
    }

    void environment() {
        environment_facts const& e = f_.environment;
        std::string const python = "environment.python.", docker = "environment.docker.";
        framework_version const version = added_version(f_);
        std::string const framework =
            policy(f_.framework.name) + (version.version.empty() ? "" : " " + std::string{version.version});
        if (!e.named.empty()) set("environment.name", policy("environment_definition"));
        if (!e.named_version.empty()) set("environment.version", policy("environment_definition"));
        for (named_value const& one : f_.framework.variables) variable(one.name, framework);
        for (named_value const& one : e.variables) variable(one.name, policy("environment_variables"));
        for (auto const& [name, value] : job_.environment_variables) variable(name, field("environment_variables"));
        set(python + "userManagedDependencies",
            e.is_user_managed            ? policy("user_managed")
            : e.is_prepared()            ? policy("environment")
            : is_prepared(f_)            ? (f_.target.is_azure ? policy(f_.target.kind) : framework)
            : f_.framework.is_executable ? framework
                                         : "the system's Python, since nothing was asked for");
        if (!job_.interpreter_path.empty()) set(python + "interpreterPath", field("interpreter_path"));
        else if (!e.interpreter_path.empty()) set(python + "interpreterPath", policy("interpreter_path"));
        else if (!f_.target.is_azure) set(python + "interpreterPath", policy(f_.target.kind));
        std::string packages;
        auto from = [&packages](bool is, std::string const& who) { also(packages, is, who); };
        from(adds_azure_defaults(f_), policy(f_.target.kind));
        from(!version.version.empty(), framework);
        from(!e.conda_packages.empty(), policy("conda_packages"));
        from(!e.pip_packages.empty(), policy("pip_packages"));
        from(!e.pip_requirements_file.empty(), policy("pip_requirements_file"));
        if (!packages.empty()) set(python + "condaDependencies", packages);
        if (!e.conda_dependencies_file.empty())
            set(python + "condaDependenciesFile", policy("conda_dependencies_file"));
        bool const is_theirs = e.image.reference.empty();
        if (f_.target.is_azure) set(docker + "enabled", policy(f_.target.kind));
        else if (!is_theirs || e.shm_size != bytes{})
            set(docker + "enabled", policy(is_theirs ? "shm_size" : "custom_docker_image"));
        if ((f_.target.is_azure && !is_only_named(e)) || !is_theirs)
            set(docker + "baseImage", !is_theirs ? policy("custom_docker_image")
                                      : !version.version.empty() ? framework
                                                 : policy(f_.target.kind));
        if (!e.image.registry_address.empty() || !e.image.registry_username.empty() ||
            !e.image.registry_password_variable.empty())
            set(docker + "baseImageRegistry", policy("custom_docker_image"));
        if (e.shm_size != bytes{}) set(docker + "shmSize", policy("shm_size"));
    }
    void variable(std::string_view name, std::string by) {
        set("environment.environmentVariables." + std::string{name}, std::move(by));
    }

    void inputs() {
        auto input = [this](data_input const& one, std::string_view name) {
            set((one.is_dataset ? "data." : "dataReferences.") + one.name, field(name));
        };
        for (script_param const& p : job_.script_params)
            if (p.value.is == script_value::kind::input) input(p.value.input, "script_params");
        for (data_input const& one : job_.inputs) input(one, "inputs");
        if (job_.resume_from) set("dataReferences.MODEL_LOCATION", field("resume_from"));
    }

    void azure() {
        std::string const target = policy(f_.target.kind);
        if (f_.environment.named.empty()) set("environment.spark.precachePackages", target);
        set("amlcompute", target);
        count nodes = f_.node_count;
        nodes.also(job_.node_count);  // several of them share the source directory
        if (nodes.value > 1 && job_.source_directory_data_store.empty()) set("sourceDirectoryDataStore", target);
    }

    facts const& f_;
    job_fields const& job_;
    provenance origin_{};
};
}  // namespace detail

/// Which policy or field sets each field of lower(job); what is not in it is a default. For explain().
template <any_estimator Estimator>
provenance origin_of(Estimator const& job) {
    return detail::origin_writer{Estimator::policy_facts, job.fields()}.written();
}

}  // namespace estima::inline v0_1
