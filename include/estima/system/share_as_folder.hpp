// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/random_hex.hpp>
#include <estima/system/rename_to_new.hpp>

namespace estima::inline v0_1::detail {

/// Lets those who may write to a folder (its group, or all, unless the sticky bit keeps files from others than their
/// owners) read and write something of this user's in it, whatever umask says, and whatever group it has, if the folder
/// gives its group to what is made in it. What belongs to somebody else is left as it is, and so is a link: it may lead
/// to what is nobody else's business. False and errno if it cannot.
inline bool share_as_folder(std::filesystem::path const& path) {
    std::filesystem::path const folder = path.has_parent_path() ? path.parent_path() : ".";
    // Closing it lets no lock of this process go.
    file_descriptor const fd{::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct stat around {}, made {};
    if (!fd || ::stat(folder.c_str(), &around) != 0 || ::fstat(fd.get(), &made) != 0) return false;
    if (made.st_uid != ::geteuid() || !(S_ISREG(made.st_mode) || S_ISDIR(made.st_mode))) return true;
    auto const give_group = [&] {
        return ::fchownat(fd.get(), "", static_cast<uid_t>(-1), around.st_gid, AT_EMPTY_PATH) == 0;
    };
    mode_t more = 0;
    if ((around.st_mode & S_IWGRP) != 0 &&
        (around.st_gid == made.st_gid || ((around.st_mode & S_ISGID) != 0 && give_group())))
        more |= S_IRGRP | S_IWGRP;
    if ((around.st_mode & S_IWOTH) != 0 && (around.st_mode & S_ISVTX) == 0) more |= S_IROTH | S_IWOTH;
    if (S_ISDIR(made.st_mode)) more |= (more & (S_IRGRP | S_IROTH)) >> 2U;
    mode_t const mode = (made.st_mode & 07777U) | more;
    std::string const itself = "/proc/self/fd/" + std::to_string(fd.get());  // fchmod takes no such descriptor
    return mode == (made.st_mode & 07777U) || ::chmod(itself.c_str(), mode) == 0;
}

/// Makes a folder, if it is not there, with that mode less umask, and shared as above: whoever sees it may use it at
/// once, since it has another name until then. EST-301.
inline void make_shared_folder(std::filesystem::path const& path, mode_t mode) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
    std::filesystem::path const made =
        path.parent_path() / ("." + path.filename().string() + "." + random_hex());
    if (::mkdir(made.c_str(), mode) != 0) throw_file_error("cannot create directory", path);
    int const refused = share_as_folder(made) ? rename_to_new(made, path) : errno;
    if (refused != 0) ::rmdir(made.c_str());
    if (refused != 0 && refused != EEXIST) throw_file_error("cannot create directory", path, refused);
}

}  // namespace estima::inline v0_1::detail
