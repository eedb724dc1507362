// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <estima/system/host.hpp>

namespace estima::inline v0_1::detail {

/// What keeps this user from reading a file or a folder: that itself, or a folder on the way to it. Nothing if he may
/// read it, or if it is not there.
inline std::optional<std::filesystem::path> closed_part(std::filesystem::path path) {
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) == 0 || errno != EACCES) return std::nullopt;
    struct stat status {};
    while (::stat(path.c_str(), &status) != 0 && path.has_relative_path()) path = path.parent_path();
    return path;
}

/// "user ada may not read it: mode 0700, of user grace and group team"
inline std::string why_closed(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return "user " + user_name() + " may not read it";
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", status.st_mode & 07777U);
    return "user " + user_name() + " may not read it: mode " + mode + ", of user " + user_name(status.st_uid) +
           " and group " + group_name(status.st_gid);
}

}  // namespace estima::inline v0_1::detail
