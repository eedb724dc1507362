// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>

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

/// While there is one, Ctrl-C, SIGTERM and SIGHUP do not end the program: look() throws. A second one ends it at once.
/// What this program was told to ignore (nohup) it ignores. One at a time.
class interruption {
public:
    interruption() noexcept {
        came_ = 0;
        for (std::size_t i = 0; i < signals_.size(); ++i) {
            struct sigaction action {};
            action.sa_handler = [](int signal) { came_ = signal; };
            action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
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

private:
    static constexpr std::array<int, 3> signals_{SIGINT, SIGTERM, SIGHUP};
    static inline volatile std::sig_atomic_t came_ = 0;
    std::array<struct sigaction, 3> before_{};
};

}  // namespace estima::inline v0_1::terminal
