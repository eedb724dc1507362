// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <estima/run_configuration/json_text.hpp>

namespace estima::inline v0_1 {

// Parts of a run configuration beside its environment and its data.

struct history_section {
    bool output_collection = true;  ///< ./outputs become artifacts of the run
    bool snapshot_project = true;
    std::vector<std::string> directories_to_watch{"logs"};
    json_text ambient_authentication{};
    bool operator==(history_section const&) const = default;
};

struct spark_section {
    json_text configuration{R"({"spark.app.name":"Azure ML Experiment","spark.yarn.maxAppAttempts":1})"};
    bool operator==(spark_section const&) const = default;
};

/// Late versions' own section; most files have environment.docker.
struct docker_section {
    bool use_docker = false;
    bool shared_volumes = true;
    std::vector<std::string> arguments{};
    std::string shm_size{};
    bool operator==(docker_section const&) const = default;
};

struct hdi_section {
    std::string yarn_deploy_mode = "cluster";
    bool operator==(hdi_section const&) const = default;
};

/// For "ParameterServer" both counts, for "MultiWorker" the first: processes on all nodes together.
struct tensorflow_section {
    int worker_count = 1;
    int parameter_server_count = 1;
    bool operator==(tensorflow_section const&) const = default;
};

struct mpi_section {
    int process_count_per_node = 1;
    std::optional<int> node_count{};  ///< late versions repeat nodeCount here
    bool operator==(mpi_section const&) const = default;
};

struct pytorch_section {
    std::string communication_backend{};  ///< "Gloo" or "Nccl"; empty without torch.distributed
    std::optional<int> process_count{};   ///< on all nodes together; left out: one a node
    std::optional<int> node_count{};      ///< late versions repeat nodeCount here
    bool operator==(pytorch_section const&) const = default;
};

struct paralleltask_section {
    int max_retries_per_worker = 0;
    int worker_count_per_node = 1;
    json_text terminal_exit_codes{};
    bool operator==(paralleltask_section const&) const = default;
};

/// estima's own: how often, and for what, a run that ends early is tried again.
struct retries_section {
    int at_most = 0;                   ///< attempts after the first one
    std::vector<std::string> after{};  ///< words as cause_text has them; empty: node_failure and preemption
    std::string resume_from{};  ///< files below ./outputs that the script can go on from, with *; empty: it cannot
    bool operator==(retries_section const&) const = default;
};

/// estima's own: where on a node mpirun puts the processes.
struct placement_section {
    std::string bind_to{};  ///< empty: "none"
    std::string map_by{};   ///< empty: mpirun's choice
    bool operator==(placement_section const&) const = default;
};

struct amlcompute_section {
    std::string vm_size{};      ///< makes a cluster for this run alone
    std::string vm_priority{};  ///< "dedicated" or "lowpriority"
    bool retain_cluster = false;
    std::string name{};
    std::optional<int> cluster_max_node_count{};  ///< early versions: 1
    bool operator==(amlcompute_section const&) const = default;
};

struct kubernetescompute_section {
    std::string instance_type{};
    bool operator==(kubernetescompute_section const&) const = default;
};

}  // namespace estima::inline v0_1
