// SPDX-License-Identifier: BSL-1.0
// Used by slurm_rate.sh: slurm_rate WORKSPACE SOURCE PROGRAM loop|at_once|wait COUNT SECONDS
// Submits that many runs of PROGRAM to the only Slurm cluster of the targets file, one after the other (`loop`) or at
// once, and prints "RATE runs a second". With `wait` it waits for all of them for that long; then it prints "waited"
// and cancels them.
#include <estima/estima.hpp>
#include <estima/transport/slurm.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
    using job = estima::estimator<estima::native, estima::slurm<estima::partition<"main">, estima::max_nodes<2>>>;
    if (argc < 7) return 2;
    try {
        job const one{{.source_directory = argv[2], .entry_script = argv[3]}};
        auto const experiment = estima::workspace::open(argv[1]).experiment("rate");
        std::string_view const how = argv[4];
        int const count = std::atoi(argv[5]);
        std::vector<estima::run> runs;
        double const begin = estima::epoch_seconds();
        if (how == "loop")
            for (int i = 0; i < count; ++i) runs.push_back(experiment.submit(one));
        else
            runs = experiment.submit_all(std::vector<job>(static_cast<std::size_t>(count), one));
        std::printf("%.6f runs a second\n", count / (estima::epoch_seconds() - begin));
        std::fflush(stdout);
        if (how == "wait") {
            std::vector<std::jthread> waiting;
            for (auto const& run : runs)
                waiting.emplace_back([&run] { run.wait_for_completion({.raise_on_error = false}); });
            std::this_thread::sleep_for(std::chrono::seconds{std::atoi(argv[6])});
            std::printf("waited\n");
            std::fflush(stdout);
            for (auto const& run : runs) run.cancel();
        }
        return 0;
    } catch (estima::error const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
