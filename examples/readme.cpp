// SPDX-License-Identifier: BSL-1.0
#include <estima/estima.hpp>

using digits_job =
    estima::estimator<estima::scikit_learn<>, estima::local,
                      estima::environment<estima::user_managed, estima::interpreter_path<"/usr/bin/python3">>>;

int main() {
    digits_job job{{.source_directory = "examples/scikit_learn",
                    .entry_script = "train.py",
                    .script_params = {{"--dataset", "digits"}, {"--regularization", 0.8}}}};
    auto run = estima::workspace::open().experiment("digits").submit(job);
    run.wait_for_completion({.show_output = true});
    auto model = run.register_model({.name = "digits", .path = "outputs/model.pkl"});
}
