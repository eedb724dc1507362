// SPDX-License-Identifier: BSL-1.0
// submit WORKSPACE JOB_FOLDER: runs JOB_FOLDER/hello. Needs estima::estima.
#include <estima/estima.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/runconfig_file/write_runconfig.hpp>

#include <exception>
#include <iostream>

int main(int argc, char** argv) try {
    if (argc != 3) return 2;
    estima::estimator<estima::native, estima::local> const job{{
        .source_directory = argv[2],
        .entry_script = "hello",
        .script_params = {{"--rate", 0.5}},
    }};
    estima::run_configuration const lowered = estima::lower(job);
    std::cout << estima::runconfig_text(lowered).text << "launcher: " << estima::find_launcher() << std::endl;

    estima::run const run = estima::workspace::open(argv[1]).experiment("consumer").submit(job);
    estima::run_details const details = run.wait_for_completion({.show_output = true});
    std::cout << "status: " << to_string(details.status) << '\n';
    for (auto const& [name, points] : run.get_metrics().scalars) std::cout << name << ": " << points.back().value << '\n';
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
