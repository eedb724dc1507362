// SPDX-License-Identifier: BSL-1.0
// Logs the clock, 1,500 times: points far apart, and bursts of points that are close to each other.
#include <estima/tracking/run_context.hpp>

#include <ctime>

int main() {
    auto const run = estima::run_context::current();
    auto pause = [](long microseconds) {
        timespec const time{0, microseconds * 1000};
        ::nanosleep(&time, nullptr);
    };
    for (int i = 0; i < 1500; ++i) {
        pause(i % 5 == 0 ? 500 + i % 31 * 1000 : 200 + i % 7 * 100);
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        run.log("clock", static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9, i);
    }
    return run.dropped() == 0 ? 0 : 1;
}
