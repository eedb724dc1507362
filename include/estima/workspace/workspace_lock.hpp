// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>

#include <estima/base/error.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1::detail {

/// Waits for the lock (flock) of a file: an errno, or 0 when it is held. `while_waiting` is called again and again
/// meanwhile; what it throws ends that. Without it the kernel waits, which no signal ends that has a handler.
inline int wait_for_lock(int fd, int how, std::function<void()> const& while_waiting) {
    constexpr int pause = 20;  // milliseconds
    while (::flock(fd, while_waiting ? how | LOCK_NB : how) != 0) {
        if (errno != EINTR && errno != EWOULDBLOCK) return errno;
        if (!while_waiting) continue;
        while_waiting();
        ::poll(nullptr, 0, pause);
    }
    return 0;
}

/// Held shared by whoever takes a snapshot, until a run or model names it, and by whoever moves a run between `runs`
/// and the deleted ones; held alone by whoever looks which snapshots are named, and removes the others. Waits for the
/// other kind. The kernel lets it go when the process ends, however it does. Where it cannot be had, who would hold it
/// alone gets EST-301; who would share it goes on: nobody can be alone there.
class workspace_lock {
public:
    enum class kind { shared = LOCK_SH, alone = LOCK_EX };

    workspace_lock(std::filesystem::path const& workspace, kind how, std::function<void()> const& while_waiting = {}) {
        std::filesystem::path const file = workspace / "workspace.json";
        // On NFS only who may write to a file can lock it alone.
        if (how == kind::alone) fd_.reset(::open(file.c_str(), O_RDWR | O_CLOEXEC));
        if (!fd_) fd_.reset(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        int const why = fd_ ? wait_for_lock(fd_.get(), static_cast<int>(how), while_waiting) : errno;
        if (why == 0 || how == kind::shared) return;
        throw error{"EST-301",
                    {.what = "cannot lock " + file.string(),
                     .why = std::strerror(why),
                     .remedy = "do this where the workspace's file system has locks (flock), as a user who may write "
                               "to that file"}};
    }

private:
    file_descriptor fd_;
};

}  // namespace estima::inline v0_1::detail
