// SPDX-License-Identifier: BSL-1.0
// Put before a program by LD_PRELOAD: to it, and to what it starts, this host's clock is an hour ahead of the others'.
// The kernel has one clock for all namespaces.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {
constexpr time_t ahead = 3600;

int real_clock(clockid_t clock, timespec* now) {
    long const code = ::syscall(SYS_clock_gettime, clock, now);
    if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead;
    return static_cast<int>(code);
}
}  // namespace

extern "C" {
int clock_gettime(clockid_t clock, timespec* now) noexcept { return real_clock(clock, now); }

int gettimeofday(timeval* __restrict when, void* __restrict) noexcept {
    timespec now{};
    int const code = real_clock(CLOCK_REALTIME, &now);
    when->tv_sec = now.tv_sec;
    when->tv_usec = now.tv_nsec / 1000;
    return code;
}

time_t time(time_t* when) noexcept {
    timespec now{};
    real_clock(CLOCK_REALTIME, &now);
    if (when != nullptr) *when = now.tv_sec;
    return now.tv_sec;
}
}
