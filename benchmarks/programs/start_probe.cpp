// SPDX-License-Identifier: BSL-1.0
// The script of the benchmarks, as small as a program can be: prints the monotonic clock (nanoseconds) at its first
// instruction and at its last one. With a number: prints that many lines in between, each with the clock, 2 ms apart.
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {
long long now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}
void say(long long number) {
    char line[32];
    int const size = std::snprintf(line, sizeof line, "%lld\n", number);
    if (write(1, line, static_cast<std::size_t>(size)) < 0) _exit(1);
}
}  // namespace

int main(int argc, char** argv) {
    say(now());
    for (int i = argc > 1 ? std::atoi(argv[1]) : 0; i > 0; --i) {
        timespec const pause{0, 2000000};
        nanosleep(&pause, nullptr);
        say(now());
    }
    say(now());
    _exit(0);
}
