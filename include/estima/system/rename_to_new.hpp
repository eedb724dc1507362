// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace estima::inline v0_1::detail {

/// Gives something another name of the same file system, and takes the place of nothing that is there. 0, or the
/// number of the error: EEXIST if something has that name.
inline int rename_to_new(std::filesystem::path const& from, std::filesystem::path const& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL) return errno;
    // A file system, such as NFS, that cannot look and rename at once: a file gets a second name, and loses the first.
    if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0 ? 0 : errno;
    if (errno != EPERM) return errno;
    // A folder has one name only, and takes the place of no folder that has something in it.
    struct stat status {};
    if (::lstat(to.c_str(), &status) == 0) return EEXIST;
    if (::rename(from.c_str(), to.c_str()) == 0) return 0;
    return errno == ENOTEMPTY ? EEXIST : errno;
}

}  // namespace estima::inline v0_1::detail
