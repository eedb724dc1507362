// SPDX-License-Identifier: BSL-1.0
// Four processes on two hosts of the target "lab" (docs/ssh.md), in one of several ways:
//   on_hosts gloo | boost_mpi | tf_config | program FOLDER NAME [ARGUMENT]
// `bash examples/cluster.sh` makes such hosts on this machine and runs this on them.
#include "check.hpp"

namespace {
using lab = estima::ssh_hosts<estima::target_name<"lab">, estima::max_nodes<2>>;
using python = estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>;
using two_by_two_gloo = estima::gloo<estima::node_count<2>, estima::process_count_per_node<2>>;
using two_by_two_mpi = estima::mpi<estima::node_count<2>, estima::process_count_per_node<2>>;
using four_workers = estima::multi_worker<estima::worker_count<4>, estima::node_count<2>>;

using gloo_job = estima::estimator<estima::pytorch<>, lab, two_by_two_gloo, python>;
using native_job = estima::estimator<estima::native, lab, two_by_two_mpi>;
using workers_job = estima::estimator<estima::generic, lab, four_workers, python>;

template <class Job>
int watch(std::string const& experiment, Job const& job) {
    estima::run run = estima::workspace::open().experiment(experiment).submit(job);
    std::cout << run.id() << std::endl;
    return run.wait_for_completion({.show_output = true, .all_ranks = true, .raise_on_error = false}).status ==
                   estima::run_status::completed
               ? 0
               : 1;
}
}  // namespace

int main(int argc, char** argv) {
    std::string const what = argc > 1 ? argv[1] : "";
    if (what == "gloo")
        return watch("pytorch-gloo", gloo_job{{.source_directory = example::folder("pytorch_gloo"),
                                               .entry_script = "train.py",
                                               .script_params = {{"--epochs", 20}}}});
    if (what == "boost_mpi")
        return watch("boost-mpi", native_job{{.source_directory = std::string{EXAMPLES_BINARY_DIR} + "/boost_mpi",
                                              .entry_script = "train_boost_mpi",
                                              .script_params = {{"--samples", 2000}, {"--iterations", 10}}}});
    if (what == "tf_config")
        return watch("tf-config",
                     workers_job{{.source_directory = example::folder("tf_config"), .entry_script = "meet.py"}});
    if (what == "program" && argc > 3) {
        native_job job{{.source_directory = argv[2], .entry_script = argv[3]}};
        if (argc > 4) job.fields().script_params = {{argv[4], estima::flag}};
        return watch("programs", job);
    }
    std::cerr << "on_hosts gloo | boost_mpi | tf_config | program FOLDER NAME [ARGUMENT]\n";
    return 2;
}
