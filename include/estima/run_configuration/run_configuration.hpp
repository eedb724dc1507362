// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <climits>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <estima/run_configuration/data_sections.hpp>
#include <estima/run_configuration/environment_sections.hpp>
#include <estima/run_configuration/job_sections.hpp>
#include <estima/run_configuration/json_text.hpp>

namespace estima::inline v0_1 {

/// What an estimator is lowered to: everything that has to be known to run the script, as a plain value. It is the
/// only thing that later steps see. Members carry the names of Azure ML's RunConfiguration (in snake_case), stand in
/// the order of its files, and have its values where it has one; `framework` may also be "Native" (an executable) and
/// `communicator` "MultiWorker", which Azure does not know. docs/run_configuration.md has all keys.
struct run_configuration {
    std::string script{};                  ///< relative to the source directory, with '/'
    std::vector<std::string> arguments{};  ///< passed as they are, one argv entry each
    std::string target = "local";
    std::string framework = "Python";                ///< see known_frameworks
    std::string communicator = "None";               ///< see known_communicators
    std::optional<bool> auto_prepare_environment{};  ///< early versions only
    std::optional<std::int64_t> max_run_duration_seconds{};
    int node_count = 1;
    std::optional<int> priority{};
    environment_section environment{};
    history_section history{};
    spark_section spark{};
    docker_section docker{};
    hdi_section hdi{};
    tensorflow_section tensorflow{};
    mpi_section mpi{};
    pytorch_section pytorch{};
    paralleltask_section paralleltask{};
    std::map<std::string, data_reference_section> data_references{};
    std::map<std::string, data_section> data{};
    json_text datacaches{}, output_data{};
    std::string source_directory_data_store{};
    amlcompute_section amlcompute{};
    kubernetescompute_section kubernetescompute{};
    bool credential_passthrough = false;
    json_text command{};                                         ///< late versions: instead of script and arguments
    std::map<std::string, std::string> environment_variables{};  ///< late versions: of the job, over the environment's
    json_text application_endpoints{}, services{};

    // estima's own
    std::string display_name{};
    std::map<std::string, std::string> tags{};
    std::optional<retries_section> retries{};
    std::optional<placement_section> placement{};
    /// Keys that are not known, of any section, where they stood: {"environment":{"r":null}}.
    json_text unknown{};

    /// Processes of the script on each node; on the fullest node, where roles do not share out evenly.
    int process_count_per_node() const {
        int const nodes = std::max(node_count, 1);
        if (communicator == "Mpi") return mpi.process_count_per_node;
        if (communicator == "Gloo" || communicator == "Nccl") return pytorch.process_count.value_or(nodes) / nodes;
        if (has_roles()) return limited((std::int64_t{process_count()} + nodes - 1) / nodes);
        return 1;
    }
    /// Processes of the script on all nodes: the size of the world.
    int process_count() const {
        if (has_roles()) {
            bool const has_servers = communicator == "ParameterServer";
            return limited(std::int64_t{tensorflow.worker_count} +
                           (has_servers ? tensorflow.parameter_server_count : 0));
        }
        return limited(std::int64_t{node_count} * process_count_per_node());
    }
    /// Workers, and perhaps parameter servers, are counted instead of processes: TensorFlow's way.
    bool has_roles() const { return communicator == "ParameterServer" || communicator == "MultiWorker"; }

    bool operator==(run_configuration const&) const = default;

private:
    static int limited(std::int64_t number) {
        return static_cast<int>(std::clamp<std::int64_t>(number, INT_MIN, INT_MAX));
    }
};

}  // namespace estima::inline v0_1
