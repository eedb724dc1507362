// SPDX-License-Identifier: BSL-1.0
// mpi4py with three ranks, each with a part of the data: the number of ranks comes from the command line.
#include "check.hpp"

using mpi_job =
    estima::estimator<estima::generic, estima::mpi<>,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main(int argc, char** argv) {
    int const ranks = argc > 1 ? std::atoi(argv[1]) : 3;
    mpi_job job{{.source_directory = example::folder("mpi4py"),
                 .entry_script = "train.py",
                 .process_count_per_node = ranks}};
    estima::run run = estima::workspace::open().experiment("mpi4py").submit(job);
    estima::run_details const details = run.wait_for_completion({.show_output = true, .all_ranks = true});

    estima::json const result = example::output(run, "result.json");
    example::require(result.at("ranks") == ranks, "every rank took part");
    example::require(result.at("test_accuracy").get<double>() > 0.9, "the digits are recognised");
    example::require(static_cast<int>(details.ranks.size()) == ranks, "the run knows all its ranks");
    example::require(static_cast<int>(run.get_metrics().points("images_of_rank").size()) == ranks,
                     "every rank logged its share");
}
