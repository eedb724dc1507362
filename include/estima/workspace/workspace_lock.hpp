// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1::detail {

/// Held shared by whoever takes a snapshot, until a run or model names it, and by whoever moves a run between `runs`
/// and the deleted ones; held alone by whoever looks which snapshots are named, and removes the others. Waits for the
/// other kind. The kernel lets it go when the process ends, however it does. Where the workspace cannot be read it
/// holds nothing: there is nothing to be done then.
class workspace_lock {
public:
    enum class kind { shared = LOCK_SH, alone = LOCK_EX };

    workspace_lock(std::filesystem::path const& workspace, kind how)
        : fd_{::open((workspace / "workspace.json").c_str(), O_RDONLY | O_CLOEXEC)} {
        while (fd_ && ::flock(fd_.get(), static_cast<int>(how)) != 0 && errno == EINTR) {
        }
    }

private:
    file_descriptor fd_;
};

}  // namespace estima::inline v0_1::detail
