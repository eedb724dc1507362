// SPDX-License-Identifier: BSL-1.0
// mpi4py on a Slurm cluster, two nodes with two ranks each. Which cluster that is stands in the targets file, by the
// name of the partition (docs/slurm.md); `bash examples/cluster.sh slurm` makes one on this machine and runs this on
// it.
#include "check.hpp"

#include <estima/transport/slurm.hpp>

using slurm_job =
    estima::estimator<estima::generic, estima::slurm<estima::partition<"main">, estima::max_nodes<2>>,
                      estima::mpi<estima::node_count<2>, estima::process_count_per_node<2>>,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main() {
    slurm_job job{{.source_directory = example::folder("mpi4py"), .entry_script = "train.py"}};
    estima::run run = estima::workspace::open().experiment("mpi4py_on_slurm").submit(job);
    estima::run_details const details = run.wait_for_completion({.show_output = true, .all_ranks = true});

    example::require(details.status == estima::run_status::completed, "Slurm ran it");
    estima::json const result = example::output(run, "result.json");
    example::require(result.at("ranks") == 4, "every rank took part");
    example::require(result.at("test_accuracy").get<double>() > 0.9, "the digits are recognised");
}
