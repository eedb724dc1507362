// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace estima::inline v0_1::terminal {

/// Thrown in the middle of work that a signal is to end: what the work made so far is removed by the way.
struct interrupted {
    int signal;

    /// Ends this program as the signal would have done.
    [[noreturn]] void end_program() const {
        ::signal(signal, SIG_DFL);
        ::raise(signal);
        ::_exit(128 + signal);
    }
};

/// While there is one, Ctrl-C, SIGTERM and SIGHUP do not end the program: look() throws. A second one ends it at once;
/// but what comes within half a second of the first is no second one: `timeout`, and shells, signal a process and its
/// group. What this program was told to ignore (nohup) it ignores. One at a time.
class interruption {
public:
    interruption() noexcept {
        came_ = 0;
        first_ = 0;
        struct sigaction action {};
        action.sa_handler = take;
        action.sa_flags = SA_RESTART;
        for (int const signal : signals_) ::sigaddset(&action.sa_mask, signal);
        for (std::size_t i = 0; i < signals_.size(); ++i) {
            ::sigaction(signals_[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals_[i], &action, nullptr);
        }
    }
    interruption(interruption const&) = delete;
    interruption& operator=(interruption const&) = delete;
    ~interruption() {
        for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &before_[i], nullptr);
    }

    void look() const {
        if (int const signal = came_; signal != 0) throw interrupted{signal};
    }

    /// Whether a signal that came so long after the first one is a second one.
    static constexpr bool is_second(std::chrono::nanoseconds after_first) {
        return after_first >= std::chrono::milliseconds{500};
    }

private:
    static constexpr std::array<int, 3> signals_{SIGINT, SIGTERM, SIGHUP};

    /// In a signal handler: nothing but what may be called there.
    static void take(int signal) {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        std::int64_t const nanoseconds = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
        std::int64_t first = 0;
        if (first_.compare_exchange_strong(first, nanoseconds)) {
            came_ = signal;
        } else if (is_second(std::chrono::nanoseconds{nanoseconds - first})) {
            ::signal(signal, SIG_DFL);
            ::raise(signal);
        }
    }

    static inline std::atomic<int> came_ = 0;
    static inline std::atomic<std::int64_t> first_ = 0;  ///< when, by the monotonic clock
    static_assert(std::atomic<std::int64_t>::is_always_lock_free);
    std::array<struct sigaction, 3> before_{};
};

}  // namespace estima::inline v0_1::terminal
