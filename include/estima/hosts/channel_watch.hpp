// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include <estima/hosts/host_channel.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// Each host takes some descriptors, and many systems begin with 1024.
inline void let_open(rlim_t files) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
    limit.rlim_cur = std::min(files, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Waits for the channels of many hosts. The kernel is told of each once, when it is opened; what happens comes with
/// the place of its host, so that the others cost nothing.
class channel_watch {
public:
    channel_watch() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}

    int fd() const { return epoll_.get(); }

    /// To be called when `c` may have been opened; `place` is what wait() tells then.
    void see(host_channel& c, std::size_t place) {
        if (!c.was_opened()) return;
        by_pid_[c.pid()] = &c;
        add(c.out_fd(), EPOLLIN, 2 * place);
        // Told when there is room again: never while there is nothing to say.
        add(c.in_fd(), EPOLLOUT | EPOLLET, 2 * place + 1);
    }
    void add(int fd, std::size_t place) { add(fd, EPOLLIN, 2 * place); }

    /// Calls `take(place, whether it takes more)` for what is so now, or within these milliseconds, some at a time.
    template <class Take>
    void wait(int milliseconds, Take const& take) const {
        epoll_event events[32];
        int const count = ::epoll_wait(epoll_.get(), events, 32, milliseconds);
        for (int i = 0; i < count; ++i)
            take(static_cast<std::size_t>(events[i].data.u64 / 2), events[i].data.u64 % 2 == 1);
    }

    /// To be told of each child that was reaped.
    void ended(pid_t pid) {
        auto const found = by_pid_.find(pid);
        if (found == by_pid_.end()) return;
        if (found->second->pid() == pid) found->second->reaped();
        by_pid_.erase(found);
    }

private:
    void add(int fd, std::uint32_t what, std::size_t meaning) const {
        epoll_event event{};
        event.events = what;
        event.data.u64 = meaning;
        if (fd >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
    }

    file_descriptor epoll_;
    std::map<pid_t, host_channel*> by_pid_{};
};

}  // namespace estima::inline v0_1
