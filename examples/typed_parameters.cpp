// SPDX-License-Identifier: BSL-1.0
// The script's parameters as a struct: a wrong name or type is found when this program is built.
#include "typed_parameters.hpp"

#include "check.hpp"

using digits_job =
    estima::estimator<estima::scikit_learn<>, estima::local,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main() {
    std::cout << estima::describe_parameters<clothes::params>();

    clothes::params const params{
        .dataset = clothes::images::digits, .regularization = 0.4, .epochs = 7, .samples = 700};
    digits_job job{{.source_directory = example::folder("scikit_learn"),
                    .entry_script = "train.py",
                    .script_params = estima::script_params_of(params),
                    .tags = estima::parameters_of(params)}};
    estima::run run = estima::workspace::open().experiment("digits").submit(job);
    run.wait_for_completion({.show_output = true});

    estima::json const report = example::output(run, "report.json");
    example::require(report.at("epochs") == params.epochs, "the script trained for 7 epochs");
    example::require(report.at("regularization") == params.regularization, "the script has the regularization 0.4");
    example::require(report.at("samples") == params.samples * 9 / 10, "the script has 700 images, a tenth to validate");
    example::require(run.get_metrics().points("loss").size() == 7, "one loss for each epoch was logged");
    example::require(run.get_tags().at("regularization") == "0.4", "the run says what its parameters were");
}
