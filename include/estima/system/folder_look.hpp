// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#include <estima/system/directory_stream.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// What was not removed, and why.
struct not_removed {
    std::string path;
    std::string why;
};

namespace detail {
/// Why this user may take nothing out of a folder, as far as its permissions tell: an errno, or 0 if it may. `name` is
/// below `at`, if that is a descriptor.
inline int why_not_emptied(char const* name, int at = AT_FDCWD) {
    if (::faccessat(at, name, R_OK | W_OK | X_OK, AT_EACCESS) != 0) return errno;
    struct stat status {};
    if (::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return errno;
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
    // By descriptors: a path may be longer than the system takes.
    auto const look = [&found](auto const& itself, int at, char const* name, std::filesystem::path const& shown) {
        auto const stays = [&](int why) {
            if (found.why == 0 && why != ENOENT) found.stays = shown, found.why = why;
        };
        if (int const why = why_not_emptied(name, at); why != 0) return stays(why);
        file_descriptor fd{::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        directory_stream const stream{fd ? ::fdopendir(fd.get()) : nullptr};
        if (!stream) return stays(errno);
        int const here = fd.release();
        while (dirent const* const entry = ::readdir(stream.get())) {
            std::string const inside = entry->d_name;
            struct stat status {};
            if (inside == "." || inside == ".." || ::fstatat(here, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            if (S_ISREG(status.st_mode)) found.bytes += static_cast<std::uint64_t>(status.st_size);
            if (S_ISDIR(status.st_mode)) itself(itself, here, inside.c_str(), shown / inside);
        }
    };
    look(look, AT_FDCWD, folder.c_str(), folder);
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
