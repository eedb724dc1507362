// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>
#include <string>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// "SIGSEGV", "SIGRTMIN+3"; "signal 99" for a number that has no name.
inline std::string signal_name(int number) {
    if (char const* const name = ::sigabbrev_np(number)) return std::string{"SIG"} + name;
    if (number >= SIGRTMIN && number <= SIGRTMAX) return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
    return "signal " + std::to_string(number);
}

inline sigset_t signal_set(std::initializer_list<int> signals) {
    sigset_t set;
    sigemptyset(&set);
    for (int const s : signals) sigaddset(&set, s);
    return set;
}

/// As a program expects to be started: no signal blocked, none ignored or handled.
inline void reset_signals() noexcept {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    for (int s = 1; s < NSIG; ++s) ::sigaction(s, &by_default, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Takes signals as events: they are blocked from here on, and the descriptor is readable while one waits.
class signal_queue {
public:
    explicit signal_queue(std::initializer_list<int> signals) : set_{signal_set(signals)} {
        ::sigprocmask(SIG_BLOCK, &set_, nullptr);
        fd_.reset(::signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    int fd() const noexcept { return fd_.get(); }

    /// The number of the next signal that waits; 0 if none does.
    int next() noexcept {
        signalfd_siginfo info{};
        ssize_t n = 0;
        do n = ::read(fd_.get(), &info, sizeof info);
        while (n < 0 && errno == EINTR);
        return n == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : 0;
    }

private:
    sigset_t set_;
    file_descriptor fd_;
};

}  // namespace estima::inline v0_1
