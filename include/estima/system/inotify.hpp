// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <sys/inotify.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// Tells that watched files or directories changed: its descriptor becomes readable. What changed is found by looking,
/// so that a lost or doubled event does no harm. Without an inotify (the system allows 128 of them for a user by
/// default) `fd()` is -1, and the caller has to look from time to time.
class inotify {
public:
    inotify() : fd_{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)} {}

    /// False if that path cannot be watched.
    bool watch(std::filesystem::path const& path, std::uint32_t mask) {
        return fd_ && ::inotify_add_watch(fd_.get(), path.c_str(), mask) >= 0;
    }

    int fd() const noexcept { return fd_.get(); }

    /// Takes all events that are waiting.
    void drain() noexcept {
        alignas(inotify_event) char buffer[4096];
        while (fd_) {
            ssize_t const n = ::read(fd_.get(), buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return;
        }
    }

private:
    file_descriptor fd_;
};

}  // namespace estima::inline v0_1
