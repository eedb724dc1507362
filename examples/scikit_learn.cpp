// SPDX-License-Identifier: BSL-1.0
// Logistic regression on Fashion-MNIST with scikit-learn: one process, a model in ./outputs, registered afterwards.
#include "check.hpp"

using fashion_job =
    estima::estimator<estima::scikit_learn<>, estima::local,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main() {
    fashion_job job{{.source_directory = example::folder("scikit_learn"),
                     .entry_script = "train.py",
                     .script_params = {{"--dataset", "fashion-mnist"}, {"--regularization", 0.8}},
                     .display_name = "Fashion-MNIST, logistic regression"}};

    estima::run run = estima::workspace::open().experiment("fashion-mnist").submit(job);
    run.wait_for_completion({.show_output = true});

    double const accuracy = example::output(run, "report.json").at("test_accuracy").get<double>();
    example::require(accuracy > 0.8, "the model recognises clothes: accuracy " + std::to_string(accuracy));
    example::require(run.get_metrics().points("loss").size() == 16, "one loss for each epoch was logged");
    auto const model = run.register_model({.name = "fashion-mnist", .path = "outputs/model.pkl"});
    example::require(model.version >= 1 && model.run_id == run.id(), "the model is registered as " + model.id());
}
