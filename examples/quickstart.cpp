// SPDX-License-Identifier: BSL-1.0
// The whole way of a job: describe, submit, watch, look at what came out, register the model.
#include <iostream>

#include "check.hpp"

using quickstart_job =
    estima::estimator<estima::scikit_learn<>, estima::local,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main() try {
    quickstart_job job{{.source_directory = example::folder("scikit_learn"),
                        .entry_script = "train.py",
                        .script_params = {{"--dataset", "fashion-mnist"}, {"--regularization", 0.8}, {"--epochs", 16}},
                        .max_run_duration = estima::seconds(600),
                        .display_name = "quickstart"}};

    auto workspace = estima::workspace::open();
    estima::run run = workspace.experiment("quickstart").submit(job);
    run.wait_for_completion({.show_output = true});

    estima::run_metrics const metrics = run.get_metrics();
    std::cout << "\nMetrics\n";
    estima::print_metrics_table(std::cout, metrics);
    std::cout << "\nvalidation_accuracy by epoch\n";
    estima::print_metric_plot(std::cout, metrics.points("validation_accuracy"), 60, 10);

    estima::model const model = run.register_model({.name = "quickstart", .path = "outputs/model.pkl"});
    std::cout << "\nOutputs           " << run.directory().outputs().string()
              << "\nRegistered model  " << model.id() << " in " << model.files_directory().string()
              << "\nPage of the run   " << run.portal_url()
              << "\n\nNext: change " EXAMPLES_SOURCE_DIR "/quickstart.cpp and train again:\n"
              << "    bash " << estima::shell_quoted(EXAMPLES_SOURCE_DIR "/quickstart.sh") << '\n'
              << "or see how a struct becomes the script's parameters (README.md beside it has more examples):\n"
              << "    cmake --build " << estima::shell_quoted(PROJECT_BINARY_DIR) << " --target typed_parameters && "
              << estima::shell_quoted(EXAMPLES_BINARY_DIR "/programs/typed_parameters") << '\n';
    return metrics.last("test_accuracy").value_or(0) > 0.8 ? 0 : 1;
} catch (estima::error const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
