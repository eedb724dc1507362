// SPDX-License-Identifier: BSL-1.0
// PyTorch over gloo: two processes train the same model as one, to the last digits of the loss.
#include <cmath>

#include "check.hpp"

using debian_python = estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>;
using one_process = estima::estimator<estima::pytorch<>, debian_python>;
using two_processes =
    estima::estimator<estima::pytorch<>, estima::gloo<estima::process_count_per_node<2>>, debian_python>;

template <class Job>
double final_loss(estima::experiment experiment, std::string const& folder) {
    Job job{{.source_directory = folder, .entry_script = "train.py", .script_params = {{"--epochs", 60}}}};
    estima::run run = experiment.submit(job);
    run.wait_for_completion({.show_output = true, .all_ranks = true});
    return example::output(run, "final_loss.json").at("loss").template get<double>();
}

int main() {
    std::string const folder = example::folder("pytorch_gloo");
    auto experiment = estima::workspace::open().experiment("pytorch-gloo");
    double const alone = final_loss<one_process>(experiment, folder);
    double const together = final_loss<two_processes>(experiment, folder);
    example::require(std::abs(alone - together) <= 1e-9 * alone,
                     "the same loss: " + std::to_string(alone) + " and " + std::to_string(together));
}
