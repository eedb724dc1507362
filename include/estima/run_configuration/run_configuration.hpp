// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace estima::inline v0_1 {

/// What an estimator is lowered to: everything that has to be known to run the script, as a plain value. It is the
/// only thing that later steps see. Members carry the names of Azure ML's RunConfiguration (in snake_case), and its
/// values where it has one; `framework` may also be "Native" (an executable), which Azure does not know.
struct run_configuration {
    std::string script{};                  ///< relative to the source directory, with '/'
    std::vector<std::string> arguments{};  ///< passed as they are, one argv entry each
    std::string target = "local";
    std::string framework = "Python";    ///< "Python", "PyTorch" or "Native"
    std::string communicator = "None";   ///< "None", "Mpi" or "Gloo"
    int node_count = 1;
    std::optional<std::int64_t> max_run_duration_seconds{};

    struct python_section {
        bool user_managed_dependencies = false;
        std::string interpreter_path = "python";
        bool operator==(python_section const&) const = default;
    };
    struct environment_section {
        std::map<std::string, std::string> environment_variables{};
        python_section python{};
        bool operator==(environment_section const&) const = default;
    } environment{};

    struct mpi_section {
        int process_count_per_node = 1;
        bool operator==(mpi_section const&) const = default;
    } mpi{};

    struct pytorch_section {
        std::string communication_backend{};    ///< "Gloo"; empty without torch.distributed
        std::optional<int> process_count{};     ///< on all nodes together
        bool operator==(pytorch_section const&) const = default;
    } pytorch{};

    std::string display_name{};
    std::map<std::string, std::string> tags{};

    /// Processes of the script on each node.
    int process_count_per_node() const {
        if (communicator == "Mpi") return mpi.process_count_per_node;
        if (communicator == "Gloo") return pytorch.process_count.value_or(node_count) / node_count;
        return 1;
    }
    /// Processes of the script on all nodes: the size of the world.
    int process_count() const { return node_count * process_count_per_node(); }

    bool operator==(run_configuration const&) const = default;
};

}  // namespace estima::inline v0_1
