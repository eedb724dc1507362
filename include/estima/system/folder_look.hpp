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
#include <string_view>
#include <utility>
#include <vector>

#include <estima/system/directory_stream.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/random_hex.hpp>

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

/// Opens a folder below `at`, if that is a descriptor; null and errno if it cannot.
inline directory_stream open_directory(char const* name, int at = AT_FDCWD) {
    file_descriptor fd{::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    directory_stream stream{fd ? ::fdopendir(fd.get()) : nullptr};
    if (stream) (void)fd.release();
    return stream;
}

/// The next entry but `.` and `..`; null at the end.
inline dirent const* next_entry(directory_stream const& stream) {
    dirent const* entry = nullptr;
    while ((entry = ::readdir(stream.get())) != nullptr) {
        std::string_view const name = entry->d_name;
        if (name != "." && name != "..") return entry;
    }
    return nullptr;
}

/// Goes through all below a folder. One folder is open at a time, however deep it is, and no path is used: one may be
/// longer than the system takes.
class look_below {
public:
    folder_look run(std::filesystem::path const& folder) {
        enter(folder.string(), AT_FDCWD);
        while (!way_.empty()) {
            if (std::vector<std::string>& left = way_.back().folders; !left.empty()) {
                std::string const name = std::move(left.back());
                left.pop_back();
                enter(name, ::dirfd(here_.get()));
            } else {
                leave();
            }
        }
        return std::move(found_);
    }

private:
    struct level {
        std::string name;
        dev_t device;
        ino_t inode;
        std::vector<std::string> folders;  // in it, that were not looked into yet
    };

    void stays(std::string const& name, int why) {
        if (found_.why != 0 || why == ENOENT) return;
        found_.why = why;
        for (level const& one : way_) found_.stays /= one.name;
        if (!name.empty()) found_.stays /= name;
    }

    void enter(std::string const& name, int at) {
        if (int const why = why_not_emptied(name.c_str(), at); why != 0) return stays(name, why);
        directory_stream inside = open_directory(name.c_str(), at);
        struct stat status {};
        if (!inside || ::fstat(::dirfd(inside.get()), &status) != 0) return stays(name, errno);
        level found{name, status.st_dev, status.st_ino, {}};
        while (dirent const* const entry = next_entry(inside)) {
            if (::fstatat(::dirfd(inside.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
            if (S_ISREG(status.st_mode)) found_.bytes += static_cast<std::uint64_t>(status.st_size);
            if (S_ISDIR(status.st_mode)) found.folders.emplace_back(entry->d_name);
        }
        way_.push_back(std::move(found));
        here_ = std::move(inside);
    }

    /// Back to the folder around this one, if that is still the one that it was.
    void leave() {
        way_.pop_back();
        if (way_.empty()) return;
        here_ = open_directory("..", ::dirfd(here_.get()));
        struct stat status {};
        bool const is_open = here_ && ::fstat(::dirfd(here_.get()), &status) == 0;
        if (is_open && status.st_dev == way_.back().device && status.st_ino == way_.back().inode) return;
        stays("", is_open || errno == ENOENT ? EBUSY : errno);
        way_.clear();
    }

    folder_look found_{};
    std::vector<level> way_{};  // to the folder that is looked into
    directory_stream here_{};
};

/// Looks at all below a folder and changes nothing. What goes away meanwhile is passed over.
inline folder_look look_into(std::filesystem::path const& folder) { return look_below{}.run(folder); }

/// Takes everything out of a folder that is in `top`: folders that are not empty come into `top` themselves, so that no
/// depth is too deep. An errno, or 0.
inline int empty_into(directory_stream const& top, char const* name) {
    directory_stream const inside = open_directory(name, ::dirfd(top.get()));
    if (!inside) return errno;
    int const from = ::dirfd(inside.get()), to = ::dirfd(top.get());
    while (dirent const* const entry = next_entry(inside)) {
        if (::unlinkat(from, entry->d_name, 0) == 0 || errno == ENOENT) continue;
        if (errno != EISDIR) return errno;
        if (::unlinkat(from, entry->d_name, AT_REMOVEDIR) == 0 || errno == ENOENT) continue;
        if (::renameat(from, entry->d_name, to, (random_hex() + random_hex()).c_str()) != 0 && errno != ENOENT)
            return errno;
    }
    return ::unlinkat(to, name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY ? 0 : errno;
}

/// Removes a folder and all below it, beside others that may be doing the same; an errno, or 0 when it is gone.
inline int remove_folder(std::filesystem::path const& folder) {
    for (;;) {
        directory_stream const top = open_directory(folder.c_str());
        if (!top) return errno == ENOENT ? 0 : errno;
        int why = 0;
        while (dirent const* const entry = next_entry(top)) {
            if (::unlinkat(::dirfd(top.get()), entry->d_name, 0) == 0) continue;
            int const refused = errno == EISDIR ? empty_into(top, entry->d_name) : errno;
            if (why == 0 && refused != ENOENT) why = refused;
        }
        if (why != 0) return why;
        if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) return 0;
        if (errno != ENOTEMPTY) return errno;
    }
}
}  // namespace detail

}  // namespace estima::inline v0_1
