// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Closes a descriptor without waiting for it: the kernel takes up to 15 ms (measured with Linux 6.18) to let go of an
/// inotify that watched something.
inline void close_meanwhile(file_descriptor fd) noexcept {
    if (!fd) return;
    auto const close_it = [](void* number) -> void* {
        ::close(static_cast<int>(reinterpret_cast<std::intptr_t>(number)));
        return nullptr;
    };
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the program's own threads
    pthread_t thread{};
    if (::pthread_create(&thread, nullptr, close_it, reinterpret_cast<void*>(std::intptr_t{fd.get()})) == 0) {
        ::pthread_detach(thread);
        (void)fd.release();
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
}  // namespace detail

/// Tells that watched files or directories changed: its descriptor becomes readable. What changed is found by looking,
/// so that a lost or doubled event does no harm. Without an inotify (the system allows 128 of them for a user by
/// default) `fd()` is -1, and the caller has to look from time to time.
class inotify {
public:
    inotify() : fd_{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)} {}
    inotify(inotify&&) = default;
    inotify& operator=(inotify&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~inotify() { detail::close_meanwhile(std::move(fd_)); }

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
