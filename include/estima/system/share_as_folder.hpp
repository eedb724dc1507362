// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace estima::inline v0_1::detail {

/// Lets those who may write to a folder (its group, or all, unless the sticky bit keeps files from others than their
/// owners) read and write something of this user's in it, whatever umask says, and whatever group it has, if the folder
/// gives its group to what is made in it. What belongs to somebody else is left as it is. False and errno if it cannot.
inline bool share_as_folder(std::filesystem::path const& path) {
    std::filesystem::path const folder = path.has_parent_path() ? path.parent_path() : ".";
    struct stat around {}, made {};
    if (::stat(folder.c_str(), &around) != 0 || ::stat(path.c_str(), &made) != 0) return false;
    if (made.st_uid != ::geteuid()) return true;
    mode_t more = 0;
    if ((around.st_mode & S_IWGRP) != 0 &&
        (around.st_gid == made.st_gid ||
         ((around.st_mode & S_ISGID) != 0 && ::chown(path.c_str(), static_cast<uid_t>(-1), around.st_gid) == 0)))
        more |= S_IRGRP | S_IWGRP;
    if ((around.st_mode & S_IWOTH) != 0 && (around.st_mode & S_ISVTX) == 0) more |= S_IROTH | S_IWOTH;
    if (S_ISDIR(made.st_mode)) more |= (more & (S_IRGRP | S_IROTH)) >> 2U;
    mode_t const mode = (made.st_mode & 07777U) | more;
    return mode == (made.st_mode & 07777U) || ::chmod(path.c_str(), mode) == 0;
}

}  // namespace estima::inline v0_1::detail
