// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

#include <array>
#include <cstddef>

namespace estima::inline v0_1::terminal {

/// Thrown where a signal asks for the end of a work.
struct interrupted {
    int signal = 0;
};

/// While there is one, Ctrl-C, SIGTERM and SIGHUP do not end the program at once: check() throws interrupted, so that
/// what is half made is taken away. The second one ends it. One at a time.
class signal_guard {
public:
    signal_guard() {
        struct sigaction ours {};
        ours.sa_handler = [](int signal) { asked() = signal; };
        ours.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
        for (std::size_t i = 0; i < signals.size(); ++i) {
            ::sigaction(signals[i], nullptr, &before_[i]);
            if (before_[i].sa_handler == SIG_DFL) ::sigaction(signals[i], &ours, nullptr);
        }
    }
    signal_guard(signal_guard const&) = delete;
    signal_guard& operator=(signal_guard const&) = delete;
    ~signal_guard() {
        for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
    }

    void check() const {
        if (int const signal = asked(); signal != 0) throw interrupted{signal};
    }

private:
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

    static sig_atomic_t volatile& asked() {
        static constinit volatile sig_atomic_t signal = 0;
        return signal;
    }

    std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace estima::inline v0_1::terminal
