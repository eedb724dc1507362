// SPDX-License-Identifier: BSL-1.0
// A training program in C++: needs estima::tracking.
#include <estima/tracking/run_context.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    std::printf("trained by hello with");
    for (int i = 1; i < argc; ++i) std::printf(" %s", argv[i]);
    std::printf("\n");
    estima::run_context::current().log("loss", 0.25);
    return argc == 3 ? 0 : 1;
}
