// SPDX-License-Identifier: BSL-1.0
// submit_and_wait WORKSPACE SOURCE CONFIGURATION [--no-wait] [--json]
// Submits a run configuration (JSON) to the target that it names, prints the run's id, and waits for the run with its
// output. Exit code 0 if it completed, 1 if it failed, 3 if it was canceled; an error of submit is printed, and 2.
#include <estima/estima.hpp>
#include <estima/transport/slurm.hpp>

#include <cstring>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    try {
        bool waits = true;
        for (int i = 4; i < argc; ++i) waits = waits && std::strcmp(argv[i], "--no-wait") != 0;
        auto const workspace = estima::workspace::open(argv[1]);
        auto const configuration = estima::run_configuration_from_json(estima::json::parse(estima::read_file(argv[3])));
        estima::run const run = workspace.experiment("hosts").submit(configuration, argv[2]);
        std::cout << run.id() << std::endl;
        if (!waits) return 0;
        estima::run_details const ended =
            run.wait_for_completion({.show_output = true, .all_ranks = true, .raise_on_error = false});
        if (ended.error) std::cout << ended.error->id << ": " << ended.error->message << '\n';
        return ended.status == estima::run_status::completed ? 0 : ended.status == estima::run_status::canceled ? 3 : 1;
    } catch (estima::error const& e) {
        std::cout << e.what() << '\n';
        return 2;
    }
}
