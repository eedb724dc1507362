// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// Seconds of a clock that nobody sets.
inline double monotonic_seconds() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Becomes readable once, after the time it was set to.
class timer {
public:
    timer() : fd_{::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)} {}

    int fd() const noexcept { return fd_.get(); }

    /// From now on; replaces what was set before. Nothing, or less, means "at once".
    void set(double seconds) noexcept {
        double whole = 0;
        double const fraction = std::modf(seconds > 1e-9 ? seconds : 1e-9, &whole);
        itimerspec when{};
        when.it_value.tv_sec = static_cast<time_t>(whole);
        when.it_value.tv_nsec = static_cast<long>(fraction * 1e9);
        ::timerfd_settime(fd_.get(), 0, &when, nullptr);
        is_set_ = true;
    }
    bool is_set() const noexcept { return is_set_; }

    /// Unsets it, and takes its event if it has expired.
    void clear() noexcept {
        itimerspec const never{};
        ::timerfd_settime(fd_.get(), 0, &never, nullptr);
        std::uint64_t expirations = 0;
        while (::read(fd_.get(), &expirations, sizeof expirations) < 0 && errno == EINTR) {
        }
        is_set_ = false;
    }

private:
    file_descriptor fd_;
    bool is_set_ = false;
};

/// Waits for many descriptors at once and calls what belongs to each. One thread.
class event_loop {
public:
    event_loop() : fd_{::epoll_create1(EPOLL_CLOEXEC)} {}

    /// Calls `handler` whenever `fd` is readable; the handler takes what is there. False if it cannot be watched.
    bool on_readable(int fd, std::function<void()> handler) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
        handlers_[fd] = std::move(handler);
        return true;
    }

    /// Waits until something happens, and handles it. False if it cannot wait.
    bool wait() {
        epoll_event events[8];
        int n = 0;
        do n = ::epoll_wait(fd_.get(), events, 8, -1);
        while (n < 0 && errno == EINTR);
        for (int i = 0; i < n; ++i)
            if (auto const place = handlers_.find(events[i].data.fd); place != handlers_.end()) place->second();
        return n >= 0;
    }

private:
    file_descriptor fd_;
    std::map<int, std::function<void()>> handlers_;
};

}  // namespace estima::inline v0_1
