// SPDX-License-Identifier: BSL-1.0
// write_steadily SECONDS: logs 1,000 numbers and writes 1 MB of lines a second.
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include <estima/tracking/run_context.hpp>

int main(int argc, char** argv) {
    int const steps = 100 * (argc > 1 ? std::atoi(argv[1]) : 1);
    auto const run = estima::run_context::current();
    std::string const line(99, 'x');
    timespec next{};
    ::clock_gettime(CLOCK_MONOTONIC, &next);
    for (int step = 0; step < steps; ++step) {
        for (int i = 0; i < 10; ++i) run.log("metric_" + std::to_string(i), step, step);
        for (int i = 0; i < 100; ++i) std::puts(line.c_str());
        std::fflush(stdout);
        next.tv_nsec += 10'000'000;
        if (next.tv_nsec >= 1'000'000'000) ++next.tv_sec, next.tv_nsec -= 1'000'000'000;
        ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
    }
}
