// SPDX-License-Identifier: BSL-1.0
// benchmarks: plan_10k
// The launch plan of 10,000 nodes with 8 ranks each: the host file, mpirun's command and each process's command and
// variables are made, and held against what can be passed to a process.
#include <string>
#include <vector>

#include <estima/launcher/check_plan.hpp>
#include <estima/launcher/mpirun_hosts.hpp>

#include "measuring.hpp"

int main() {
    constexpr int nodes = 10'000, per_node = 8;
    estima::run_configuration c{.script = "train.py",
                                .arguments = {"--epochs", "20", "--rank", "$RANK", "--lr", "0.5"},
                                .communicator = "Nccl",
                                .node_count = nodes};
    c.environment.python.interpreter_path = "/opt/conda/envs/train/bin/python";
    c.environment.environment_variables = {{"OMP_NUM_THREADS", "8"}, {"NCCL_DEBUG", "WARN"}};
    c.pytorch = {"Nccl", nodes * per_node};
    estima::launch_settings settings{.launcher = "/usr/libexec/estima/estima-launch",
                                     .rendezvous = {"10.20.0.1:23456"},
                                     .network = "10.20.0.0/16"};
    for (int i = 0; i < nodes; ++i)
        settings.hosts.push_back("rack" + std::to_string(i / 40) + "-node" + std::to_string(i) +
                                 ".cluster.example.org");
    estima::run_directory const run{"/home/somebody/project/.estima/runs/resnet_1795900827_6157ba2a"};
    std::vector<double> times;
    for (int round = 0; round < 9; ++round) {
        double const start = measuring::now();
        auto const plan = checked(make_launch_plan(c, run, settings));
        std::string const file = estima::host_file_text(settings.hosts, per_node);
        times.push_back(measuring::now() - start);
        if (plan.processes.size() != nodes * per_node || file.empty()) return 1;
    }
    measuring::print("plan_10k", measuring::median(times) * 1e3, "ms");
}
