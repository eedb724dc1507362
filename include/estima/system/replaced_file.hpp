// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <filesystem>

namespace estima::inline v0_1 {

/// Whether there is another file of that name by now than the one that is open.
inline bool is_replaced(std::filesystem::path const& path, int fd) noexcept {
    struct stat now {}, open {};
    return ::stat(path.c_str(), &now) == 0 && ::fstat(fd, &open) == 0 &&
           (now.st_ino != open.st_ino || now.st_dev != open.st_dev);
}

}  // namespace estima::inline v0_1
