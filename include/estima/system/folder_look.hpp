// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

namespace estima::inline v0_1 {

/// What was not removed, and why.
struct not_removed {
    std::string path;
    std::string why;
};

namespace detail {
/// Why this user may take nothing out of a folder, as far as its permissions tell: an errno, or 0 if it may.
inline int why_not_emptied(std::filesystem::path const& folder) {
    if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0) return errno;
    struct stat status {};
    if (::lstat(folder.c_str(), &status) != 0) return errno;
    uid_t const user = ::geteuid();
    return (status.st_mode & S_ISVTX) != 0 && user != 0 && user != status.st_uid ? EPERM : 0;
}

/// What is below a folder, and whether this user can remove it.
struct folder_look {
    std::uint64_t bytes = 0;        ///< by the sizes of files
    std::filesystem::path stays{};  ///< the first folder that cannot be emptied; empty: all can
    int why = 0;                    ///< an errno
};

/// Looks at all below a folder and changes nothing. What goes away meanwhile is passed over.
inline folder_look look_into(std::filesystem::path const& folder) {
    folder_look found;
    auto const may_be_emptied = [&found](std::filesystem::path const& one) {
        int const why = why_not_emptied(one);
        if (why == 0 || why == ENOENT) return true;
        if (found.why == 0) found.stays = one, found.why = why;
        return false;
    };
    if (!may_be_emptied(folder)) return found;
    std::error_code code;
    std::filesystem::recursive_directory_iterator entry{
        folder, std::filesystem::directory_options::skip_permission_denied, code};
    for (std::filesystem::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0) continue;
        if (S_ISREG(status.st_mode)) found.bytes += static_cast<std::uint64_t>(status.st_size);
        if (S_ISDIR(status.st_mode) && !may_be_emptied(entry->path())) entry.disable_recursion_pending();
    }
    return found;
}

/// Removes a folder and all below it, beside others that may be doing the same; an errno, or 0 when it is gone.
inline int remove_folder(std::filesystem::path const& folder) {
    std::error_code code;
    struct stat status {};
    for (int tries_left = 100; tries_left > 0; --tries_left) {
        std::filesystem::remove_all(folder, code);
        if (::lstat(folder.c_str(), &status) != 0 && errno == ENOENT) return 0;
        if (code != std::errc::no_such_file_or_directory) break;
    }
    return code ? code.value() : EBUSY;
}
}  // namespace detail

}  // namespace estima::inline v0_1
