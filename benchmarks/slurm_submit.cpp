// SPDX-License-Identifier: BSL-1.0
// Used by slurm_overhead.sh: slurm_submit WORKSPACE SOURCE PROGRAM
// Submits PROGRAM of the folder SOURCE with 2 x 2 ranks to the only Slurm cluster of the targets file, and prints the
// seconds from submit to Completed by the run's journal.
#include <estima/estima.hpp>
#include <estima/transport/slurm.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    using job = estima::estimator<estima::native, estima::slurm<estima::partition<"main">, estima::max_nodes<2>>,
                                  estima::mpi<estima::node_count<2>, estima::process_count_per_node<2>>>;
    if (argc < 4) return 2;
    try {
        job const one{{.source_directory = argv[2], .entry_script = argv[3]}};
        auto const experiment = estima::workspace::open(argv[1]).experiment("overhead");
        double const begin = estima::epoch_seconds();
        auto const ended = experiment.submit(one).wait_for_completion();
        std::printf("%.6f\n", ended.end_time - begin);
    } catch (estima::error const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
