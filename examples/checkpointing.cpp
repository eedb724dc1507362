// SPDX-License-Identifier: BSL-1.0
// A run that is tried again, from its last checkpoint. Without arguments it runs here, and its script gives up once,
// with exit code 75. `checkpointing lab` takes two hosts of the target "lab" (docs/ssh.md), of which one may be lost.
#include "check.hpp"

namespace {
using python = estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>;
using here = estima::estimator<estima::generic, estima::mpi<estima::process_count_per_node<2>>, python>;
using on_hosts = estima::estimator<estima::generic,
                                   estima::ssh_hosts<estima::target_name<"lab">, estima::max_nodes<2>,
                                                     estima::retries<3, estima::cause::node_failure>>,
                                   estima::mpi<estima::node_count<2>, estima::process_count_per_node<2>>, python>;

template <class Job>
estima::run submit(Job job) {
    job.fields().source_directory = example::folder("checkpointing");
    job.fields().entry_script = "train.py";
    job.fields().retries.resume_from = "outputs/checkpoint_*.npy";
    return estima::workspace::open().experiment("checkpointing").submit(job);
}
}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string{argv[1]} == "lab") {
        estima::run run = submit(on_hosts{{.script_params = {{"--seconds-per-step", 0.1}}}});
        std::cout << run.id() << std::endl;
        return 0;  // it goes on by itself: estima logs -f latest
    }
    estima::run run = submit(here{
        {.script_params = {{"--fail-at", 57}}, .retries = {.at_most = 1, .after = {estima::cause::exit_code(75)}}}});
    estima::run_details const details = run.wait_for_completion({.show_output = true, .all_ranks = true});
    example::require(details.attempts.size() == 1 && details.attempts[0].cause == "exit_code 75",
                     "it took a second attempt");
    estima::json const result = example::output(run, "result.json");
    example::require(result.at("first_step") == 50, "which went on from the last checkpoint");
    example::require(result.at("test_accuracy").get<double>() > 0.85, "the digits are recognised");
    example::require(run.get_metrics().points("accuracy").size() >= 200, "metrics of both attempts are there");
}
