// SPDX-License-Identifier: BSL-1.0
// slurm_many WORKSPACE SOURCE COUNT
// Submits that many runs of job_script.sh at once, to the only Slurm cluster of the targets file, prints their ids and
// waits for all, each in a thread. Prints how many completed; exit code 0 if it is all of them.
#include <estima/estima.hpp>
#include <estima/transport/slurm.hpp>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
    using job = estima::estimator<estima::native, estima::slurm<estima::partition<"main">, estima::max_nodes<2>>>;
    if (argc < 4) return 2;
    try {
        int const count = std::atoi(argv[3]);
        std::vector<job> jobs;
        for (int i = 0; i < count; ++i)
            jobs.push_back(job{
                {.source_directory = argv[2], .entry_script = "job_script.sh", .script_params = {{"--number", i}}}});
        auto const runs = estima::workspace::open(argv[1]).experiment("many").submit_all(jobs);
        for (auto const& run : runs) std::cout << run.id() << std::endl;
        std::atomic<int> completed = 0;
        std::vector<std::jthread> waiting;
        for (auto const& run : runs)
            waiting.emplace_back([&run, &completed] {
                auto const ended = run.wait_for_completion({.raise_on_error = false});
                completed += ended.status == estima::run_status::completed;
                if (ended.error) std::cout << ended.error->message << std::endl;
            });
        waiting.clear();
        std::cout << completed << " completed" << std::endl;
        return completed == count ? 0 : 1;
    } catch (estima::error const& e) {
        std::cout << e.what() << '\n';
        return 2;
    }
}
