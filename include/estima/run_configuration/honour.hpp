// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/base/inner_path.hpp>
#include <estima/estimator/retry_words.hpp>
#include <estima/policy/azure_words.hpp>
#include <estima/policy/placement_words.hpp>
#include <estima/policy/reserved_variables.hpp>
#include <estima/run_configuration/communicator.hpp>
#include <estima/run_configuration/field_problem.hpp>
#include <estima/run_configuration/honour_in_azure.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// As worker checks of its rank: mpirun would not start more.
inline constexpr long long most_processes = 1'000'000;

class honour_check : problem_list {
public:
    honour_check(run_configuration const& c, std::string_view target_kind) : c_{c}, kind_{target_kind} {}

    std::vector<field_problem> problems() {
        everywhere();
        if (kind_ == "aml_compute") add(azure_check{c_}.problems());
        else outside_azure();
        if (kind_ == "local") on_this_machine();
        return take();
    }

private:
    static bool has_nul(std::string const& text) { return text.find('\0') != std::string::npos; }
    static bool says_something(json_text const& kept) {
        return !kept.empty() && kept.text != "{}" && kept.text != "[]";
    }
    std::string here() const { return kind_ == "local" ? "this machine" : "a target of kind " + kind_; }

    /// What no target can do.
    void everywhere() {
        problem(c_.script.empty() && c_.command.empty(), "script", "there is no script to run",
                "name one, relative to the source directory");
        problem(!is_known(known_frameworks, c_.framework), "framework", "\"" + c_.framework + "\" is not known",
                "one of Python, TensorFlow, PyTorch, Native");
        problem(!is_known(known_communicators, c_.communicator), "communicator",
                "\"" + c_.communicator + "\" is not known",
                "one of None, Mpi, Gloo, Nccl, ParameterServer, MultiWorker");
        problem(!stays_inside(c_.script), "script", "\"" + c_.script + "\" is not inside the source directory",
                "a path relative to the source directory, without ..");
        for (std::string const& argument : c_.arguments)
            problem(has_nul(argument), "arguments", "an argument with a NUL byte cannot be passed to a process",
                    "write it in a file");
        for (auto const& [name, value] : c_.environment.environment_variables)
            problem(name.empty() || name.find('=') != std::string::npos || has_nul(name) || has_nul(value),
                    "environment.environmentVariables." + name, "no process can have a variable of this name or value",
                    "leave it out");
        problem(c_.max_run_duration_seconds && *c_.max_run_duration_seconds < 1, "maxRunDurationSeconds",
                "it is below 1: the run would be over before it began", "1 or more, or leave it out for no limit");
        problem(c_.tags.contains(""), "tags", "a tag has no name", "give it one");
        counts();
        if (c_.retries) retries(*c_.retries);
        if (c_.placement) placement(*c_.placement);
    }

    void placement(placement_section const& p) {
        std::string const words = "hwthread, core, l1cache, l2cache, l3cache, numa or socket";
        problem(!p.bind_to.empty() && !is_binding(p.bind_to), "placement.bindTo",
                "\"" + p.bind_to + "\" is no part of a node", "none, " + words);
        problem(!p.map_by.empty() && !is_mapping(p.map_by), "placement.mapBy",
                "\"" + p.map_by + "\" is no part of a node", "slot, " + words + ", also with PE=N: socket:PE=2");
        problem(is_mapping(p.map_by) && (p.bind_to.empty() || is_binding(p.bind_to)) &&
                    !goes_together(p.bind_to, p.map_by),
                "placement", "mpirun cannot bind to \"" + p.bind_to + "\" and map by \"" + p.map_by + "\"",
                "beside PE=N bindTo is none, hwthread, core or left out; a core has no second one in it");
        problem(kind_ == "aml_compute", "placement", "Azure has no such setting", "leave it out");
    }

    void retries(retries_section const& r) {
        problem(r.at_most < 1 || r.at_most > 1000, "retries.atMost", "it is " + std::to_string(r.at_most),
                "1 to 1000, or leave retries out");
        for (std::string const& word : r.after) {
            auto const known = cause_of(word);
            problem(!known || !known->is_possible(), "retries.after", "\"" + word + "\" is no way in which a run ends",
                    "one of node_failure, preemption, any_failure, exit_code 1 to 255, signal 1 to 64");
        }
        problem(!r.resume_from.empty() && !is_output_path(r.resume_from), "retries.resumeFrom",
                "\"" + r.resume_from + "\" is not below ./outputs, which is all that a next attempt finds",
                "a path such as outputs/checkpoint_*.pt");
        problem(kind_ == "aml_compute", "retries", "Azure does not try runs again", "leave it out");
    }

    void counts() {
        problem(c_.node_count < 1, "nodeCount", "it is below 1", "1 or more");
        bool const is_torch = c_.communicator == "Gloo" || c_.communicator == "Nccl";
        int const per_node = c_.mpi.process_count_per_node;
        problem(c_.communicator == "Mpi" && per_node < 1, "mpi.processCountPerNode", "it is below 1", "1 or more");
        auto repeats = [this](std::optional<int> const& again, char const* field) {
            problem(
                again && *again != c_.node_count && *again != 1, field,
                "it is " + std::to_string(again.value_or(0)) + ", and nodeCount is " + std::to_string(c_.node_count),
                "give one of the two, or both the same");
        };
        if (c_.communicator == "Mpi") repeats(c_.mpi.node_count, "mpi.nodeCount");
        if (is_torch) repeats(c_.pytorch.node_count, "pytorch.nodeCount");
        int const all = c_.pytorch.process_count.value_or(c_.node_count);
        problem(is_torch && c_.node_count > 0 && (all < 1 || all % c_.node_count != 0), "pytorch.processCount",
                std::to_string(all) + " processes cannot be shared out evenly to nodeCount " +
                    std::to_string(c_.node_count),
                "a multiple of nodeCount");
        bool const has_servers = c_.communicator == "ParameterServer";
        problem(c_.has_roles() && c_.tensorflow.worker_count < 1, "tensorflow.workerCount", "it is below 1",
                "1 or more");
        problem(has_servers && c_.tensorflow.parameter_server_count < 0, "tensorflow.parameterServerCount",
                "it is below 0", "1 or more, or 0 for workers alone");
        std::string const& backend = c_.pytorch.communication_backend;
        problem(is_torch && !backend.empty() && !same_word(backend, c_.communicator), "pytorch.communicationBackend",
                "it is " + backend + ", and communicator is " + c_.communicator,
                "give one of the two, or both the same");
        long long const processes = is_torch ? all : std::max(1, c_.node_count) * static_cast<long long>(per_node);
        problem(processes > most_processes, is_torch ? "pytorch.processCount" : "mpi.processCountPerNode",
                std::to_string(processes) + " processes are more than any run can have",
                "at most " + std::to_string(most_processes) + " together");
        int const wanted = std::max(c_.mpi.process_count_per_node, c_.pytorch.process_count.value_or(1));
        problem(c_.communicator == "None" && wanted > 1, "communicator",
                "without one a single process runs, and " + std::to_string(wanted) + " are asked for",
                "set communicator: Mpi, Gloo or Nccl");
        problem(c_.communicator == "None" && c_.node_count > 1, "nodeCount",
                "without a communicator one process runs, and nodeCount is " + std::to_string(c_.node_count),
                "nodeCount 1, or a communicator");
    }

    /// What only Azure has.
    void outside_azure() {
        std::string const where = here();
        auto const& python = c_.environment.python;
        auto const& docker = c_.environment.docker;
        problem(c_.framework == "PySpark", "framework", "Spark is not run on " + where,
                "a script without Spark, framework Python");
        problem(c_.framework == "CNTK", "framework", "CNTK is not run",
                "framework Python, if the script starts CNTK itself");
        problem(c_.communicator == "ParallelTask", "communicator", "parallel tasks are not run on " + where,
                "communicator Mpi");
        problem(!c_.command.empty(), "command", "only a script and its arguments are run", "set script and arguments");
        bool const has_image = !docker.base_image.empty() || !docker.base_dockerfile.empty();
        problem(docker.enabled, "environment.docker.enabled",
                has_image ? "its image is not run: " + where + " runs the script without a container"
                          : where + " runs the script without a container",
                "set it to false, with what the script needs installed there and python.userManagedDependencies true");
        problem(c_.docker.use_docker, "docker.useDocker", where + " runs the script without a container",
                "set it to false");
        if (!python.user_managed_dependencies) packages();
        problem(!c_.environment.spark.packages.empty() || !c_.environment.spark.repositories.empty(),
                "environment.spark", "Spark is not run on " + where, "leave it out");
        problem(!(c_.environment.databricks == databricks_section{}), "environment.databricks", "Databricks is Azure's",
                "leave it out");
        problem(!(c_.spark == spark_section{}) && c_.framework == "PySpark", "spark.configuration",
                "Spark is not run on " + where, "leave it out");
        problem(!(c_.hdi == hdi_section{}), "hdi.yarnDeployMode", "HDInsight is Azure's", "leave it out");
        data();
        cluster();
        problem(!c_.history.output_collection, "history.outputCollection", "./outputs of a run are always kept",
                "leave it out");
        problem(!c_.history.snapshot_project, "history.snapshotProject", "the source directory of a run is always kept",
                "leave it out");
        problem(!c_.environment_variables.empty(), "environmentVariables",
                "variables of the job are not set on " + where, "move them to environment.environmentVariables");
        for (auto const& [name, value] : c_.environment.environment_variables)
            problem(is_reserved_variable(name), "environment.environmentVariables." + name,
                    "it tells each process its place, and is set for each by estima", "leave it out");
    }

    void packages() {
        auto const& python = c_.environment.python;
        std::string const why = "packages are not installed on " + here();
        std::string const remedy = "install them there, and set python.userManagedDependencies to true";
        problem(python.conda_dependencies && !(*python.conda_dependencies == conda_section{}),
                "environment.python.condaDependencies", why, remedy);
        problem(!python.conda_dependencies && !python.conda_dependencies_file.empty(),
                "environment.python.condaDependenciesFile", why, remedy);
        problem(!python.base_conda_environment.empty(), "environment.python.baseCondaEnvironment", why, remedy);
        std::string const named = "\"" + c_.environment.name + "\"";
        bool const is_name_alone = !c_.environment.name.empty() && !python.conda_dependencies &&
                                   python.conda_dependencies_file.empty() && python.base_conda_environment.empty();
        if (c_.environment.name.starts_with("AzureML-"))
            problem(true, "environment.name", named + " is an environment that Azure keeps", remedy);
        else
            problem(is_name_alone, "environment.name",
                    named + " is a name alone: what it holds is not known on " + here(), remedy);
    }

    void data() {
        std::string const why = "it is kept by Azure, and " + here() + " cannot reach it";
        for (auto const& [name, reference] : c_.data_references)
            problem(true, "dataReferences." + name, why + ": datastore \"" + reference.data_store_name + "\"",
                    "copy the data, and pass its path as an argument");
        for (auto const& [name, input] : c_.data)
            problem(true, "data." + name, why, "copy the data, and pass its path as an argument");
        problem(says_something(c_.datacaches), "datacaches", why, "leave it out");
        problem(says_something(c_.output_data), "outputData", why, "write to ./outputs");
        problem(!c_.source_directory_data_store.empty(), "sourceDirectoryDataStore",
                "\"" + c_.source_directory_data_store + "\" is a datastore of Azure", "leave it out");
    }

    void cluster() {
        problem(!c_.amlcompute.vm_size.empty(), "amlcompute.vmSize", "no cluster is made for a run", "leave it out");
        problem(!c_.amlcompute.name.empty(), "amlcompute.name", "no cluster is made for a run", "leave it out");
        problem(c_.amlcompute.retain_cluster, "amlcompute.retainCluster", "no cluster is made for a run",
                "leave it out");
        problem(!c_.kubernetescompute.instance_type.empty(), "kubernetescompute.instanceType", "Kubernetes is not used",
                "leave it out");
        problem(c_.credential_passthrough, "credentialPassthrough", "there are no credentials of Azure to pass",
                "leave it out");
        problem(says_something(c_.application_endpoints), "applicationEndpoints",
                "no services are started beside the script", "leave it out");
        problem(says_something(c_.services), "services", "no services are started beside the script", "leave it out");
    }

    void on_this_machine() {
        problem(c_.target != "local", "target", "\"" + c_.target + "\" is not this machine", "set it to \"local\"");
        problem(c_.communicator != "None" && c_.node_count > 1, "nodeCount",
                "this machine is one node, and nodeCount is " + std::to_string(c_.node_count), "nodeCount 1");
    }

    run_configuration const& c_;
    std::string kind_;
};
}  // namespace detail

/// Which fields of a configuration, for instance one of Azure's files, say something that estima cannot do on a kind of
/// target ("local", "ssh_hosts", "slurm", "aml_compute", as in compute_target_facts::kind). Empty: it can be run as it
/// stands. Defaults, and what means nothing without something else that is not set, are no problem.
inline std::vector<field_problem> what_cannot_be_honoured(run_configuration const& c, std::string_view target_kind) {
    return detail::honour_check{c, target_kind}.problems();
}

/// EST-110, with all such fields, unless there are none.
inline void require_honoured(run_configuration const& c, std::string_view target_kind) {
    std::vector<field_problem> const problems = what_cannot_be_honoured(c, target_kind);
    if (problems.empty()) return;
    error_text text{.what = "this run configuration says what cannot be done on a target of kind " +
                            std::string{target_kind}};
    for (field_problem const& one : problems) {
        text.where += (text.where.empty() ? "" : ", ") + one.field;
        text.why += (text.why.empty() ? "" : "; ") + one.field + ": " + one.why;
        text.remedy += (text.remedy.empty() ? "" : "; ") + one.field + ": " + one.remedy;
    }
    throw error{"EST-110", std::move(text)};
}

}  // namespace estima::inline v0_1
