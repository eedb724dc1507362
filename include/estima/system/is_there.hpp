// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// Whether something has that name, at the end of links. EST-301 if this user may not know: what may not be seen is not
/// taken for lost.
inline bool is_there(std::filesystem::path const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return true;
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) throw_file_error("cannot read", path);
    return false;
}

}  // namespace estima::inline v0_1::detail
