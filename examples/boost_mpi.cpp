// SPDX-License-Identifier: BSL-1.0
// A C++ training program with Boost.MPI, two ranks: bit for bit the weights of one rank.
#include "check.hpp"

using training = estima::estimator<estima::native, estima::mpi<>>;

std::string weights(estima::experiment experiment, std::string const& folder, int ranks) {
    training job{{.source_directory = folder,
                  .entry_script = "train_boost_mpi",
                  .script_params = {{"--samples", 4000}, {"--iterations", 30}},
                  .process_count_per_node = ranks}};
    estima::run run = experiment.submit(job);
    run.wait_for_completion({.show_output = true});
    example::require(example::output(run, "result.json").at("ranks") == ranks,
                     std::to_string(ranks) + " rank(s) took part");
    estima::run_metrics metrics = run.get_metrics();
    example::require(
        metrics.points("images_of_rank/mean").size() == 1 && metrics.last("images_of_rank/min") == 4000 / ranks,
        "one rank logged for all how many images each has");
    return estima::read_file(run.directory().outputs() / "weights.bin");
}

int main() {
    // the folder where the build puts train_boost_mpi
    std::string const folder = std::string{EXAMPLES_BINARY_DIR} + "/boost_mpi";
    auto experiment = estima::workspace::open().experiment("boost-mpi");
    std::string const alone = weights(experiment, folder, 1);
    std::string const together = weights(experiment, folder, 2);
    example::require(alone.size() == 7850 * sizeof(double) && alone == together, "two ranks learn the weights of one");
}
