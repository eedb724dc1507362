// SPDX-License-Identifier: BSL-1.0
// benchmarks: lower_runtime
// Microseconds that lower() takes for an estimator with something in every policy and field; the median of batches.
#include <vector>

#include <estima/estimator.hpp>
#include <estima/run_configuration/lower.hpp>

#include "measuring.hpp"

using namespace estima;

int main() {
    estimator<pytorch<"1.4">, nccl<node_count<2>, process_count_per_node<4>>,
              aml_compute<target_name<"gpu-pool">, max_nodes<8>, gpus_per_node<4>, vm_size<"Standard_NC24">>,
              environment<conda_packages<"mkl=2019">, pip_packages<"tqdm", "nltk>=3">, shm_size<8_GiB>,
                          custom_docker_image<"team.azurecr.io/image:1", registry_address<"team.azurecr.io">,
                                              registry_username<"reader">, registry_password_from<"TEAM_PASSWORD">>,
                          environment_variables<variable<"OMP_NUM_THREADS", "4">>>> const
        job{{.source_directory = "project",
             .entry_script = "train.py",
             .script_params = {{"--data", dataset{"faces", "3"}.as_named_input("faces").as_mount()},
                               {"--learning-rate", 0.01},
                               {"--epochs", 90},
                               {"--optimizer", "adam"},
                               {"--verbose", flag}},
             .environment_variables = {{"NCCL_DEBUG", "INFO"}, {"SEED", "7"}},
             .max_run_duration = 12_h,
             .display_name = "one of many",
             .tags = {{"team", "vision"}, {"stage", "trial"}},
             .inputs = {datastore{"blobs", "cache"}.as_download("/tmp/cache", true)},
             .resume_from = datastore{"blobs", "runs/7"},
             .priority = 3}};
    constexpr int batch = 2000;
    std::vector<double> microseconds;
    std::size_t seen = 0;
    for (int round = 0; round < 51; ++round) {
        double const start = measuring::now();
        for (int i = 0; i < batch; ++i) seen += lower(job).arguments.size();
        microseconds.push_back((measuring::now() - start) * 1e6 / batch);
    }
    measuring::print("lower_runtime", measuring::median(microseconds), "us");
    return seen > 0 ? 0 : 1;
}
