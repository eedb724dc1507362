// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace estima::inline v0_1 {

/// From 0 to 1, by chance.
inline double random_fraction() {
    std::uint32_t bits = 0;
    while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
    }
    return static_cast<double>(bits) / 4294967295.0;
}

/// Waits; false as soon as a stop is requested.
inline bool pause_for(double seconds, std::stop_token const& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock{mutex};
    if (seconds > 0) woken.wait_for(lock, stop, std::chrono::duration<double>{seconds}, [] { return false; });
    return !stop.stop_requested();
}

/// How long to wait before the next attempt: each time about twice as long, by chance between half of that and all, so
/// that many who were turned away together do not come back together.
class back_off {
public:
    back_off(double first_wait, double longest_wait, double patience)
        : wait_{first_wait}, longest_{longest_wait}, deadline_{now() + patience} {}

    /// Seconds; less than 0 when patience does not last for it. `at_least` is what the server asks for.
    double next(double at_least = 0) {
        double const wait = std::max(at_least, std::min(wait_, longest_) * (0.5 + 0.5 * random_fraction()));
        wait_ = std::min(2 * wait_, longest_);
        return now() + wait > deadline_ ? -1 : wait;
    }
    double remaining() const { return std::max(0.0, deadline_ - now()); }

    /// Of a clock that nobody sets.
    static double now() {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    }

private:
    double wait_, longest_, deadline_;
};

}  // namespace estima::inline v0_1
