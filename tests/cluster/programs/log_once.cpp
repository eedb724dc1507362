// SPDX-License-Identifier: BSL-1.0
// A script that logs a number and a row, for tests that look at their times.
#include <estima/tracking/run_context.hpp>

int main() {
    auto run = estima::run_context::current();
    run.log("number", 1.0);
    run.log_row("row", {{"column", 1.0}});
}
