// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/make_temporary.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Whether something lies in a workspace, or is to; by the name that is given, or where that leads.
inline bool is_in_workspace(std::filesystem::path const& path) {
    std::error_code code;
    for (std::filesystem::path at : {path, std::filesystem::weakly_canonical(path, code)}) {
        constexpr char const* description = "workspace.json";
        bool found = at.filename() == description;
        for (; !found && at.has_relative_path(); at = at.parent_path())
            found = ::access((at / description).c_str(), F_OK) == 0;
        if (found) return true;
    }
    return false;
}
}  // namespace detail

/// Throws EST-301: a file operation that the system refused. `doing` reads like "cannot write".
[[noreturn]] inline void throw_file_error(std::string_view doing, std::filesystem::path const& path, int code = errno) {
    std::string remedy;
    if (code == ENOSPC || code == EDQUOT) remedy = "free space on that file system";
    if (code == EROFS || code == EACCES || code == EPERM) remedy = "make it accessible for this user";
    if (code == ENOTDIR) remedy = "a part of that path is a file: remove it";
    bool const is_to_read = doing.starts_with("cannot read");
    if (code == ENOENT && (doing.starts_with("cannot write") || doing.starts_with("cannot create")))
        remedy = "make the folder that it is to be in";
    if (code == ENOENT && is_to_read)
        remedy = detail::is_in_workspace(path) ? "restore it from a copy of the workspace" : "check its path";
    if (code == EISDIR) remedy = "that is a folder: name a file";
    if (code == EXDEV)
        remedy = detail::is_in_workspace(path)
                     ? "runs, deleted and snapshots of a workspace have to be on one file system: move all of it to "
                       "the other one, not only a part"
                     : "both have to be on one file system";
    else if (!remedy.empty() && !is_to_read)  // what is to be read is where it is
        remedy += detail::is_in_workspace(path) ? ", or choose another workspace ($ESTIMA_WORKSPACE)"
                                                : ", or choose another place";
    if (remedy.empty()) remedy = "see to what the system says there, and try again";
    throw error{"EST-301",
                {.what = std::string{doing} + " " + path.string(), .why = std::strerror(code), .remedy = remedy}};
}

/// Opens with O_CLOEXEC; EST-301 if it cannot.
inline file_descriptor open_file(std::filesystem::path const& path, int flags, mode_t mode = 0666) {
    file_descriptor fd{::open(path.c_str(), flags | O_CLOEXEC, mode)};
    if (!fd) throw_file_error((flags & O_ACCMODE) == O_RDONLY ? "cannot read" : "cannot write", path);
    return fd;
}

/// Writes all bytes, through interruptions and short writes; errno and false if it cannot.
inline bool write_all(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        ssize_t const n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

/// The same from that byte of the file on.
inline bool write_all_at(int fd, std::string_view bytes, std::uint64_t offset) noexcept {
    while (!bytes.empty()) {
        ssize_t const n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return true;
}

namespace detail {
inline std::string read_to_end(file_descriptor const& fd, std::filesystem::path const& path) {
    struct stat status {};
    std::string text;
    if (::fstat(fd.get(), &status) == 0 && status.st_size > 0) text.reserve(static_cast<std::size_t>(status.st_size));
    char buffer[16384];
    for (;;) {
        ssize_t const n = ::read(fd.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_file_error("cannot read", path);
        if (n == 0) return text;
        text.append(buffer, static_cast<std::size_t>(n));
    }
}
}  // namespace detail

/// The whole file; EST-301 if it cannot be read.
inline std::string read_file(std::filesystem::path const& path) {
    return detail::read_to_end(open_file(path, O_RDONLY), path);
}

/// The same of what others may have put something else in the place of: EST-301 for a pipe, which would be waited for,
/// or a device, which may have no end.
inline std::string read_regular_file(std::filesystem::path const& path) {
    file_descriptor const fd = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (::fstat(fd.get(), &status) == 0 && !S_ISREG(status.st_mode))
        throw error{"EST-301", {.what = "cannot read " + path.string(), .why = "it is no file", .remedy = "name one"}};
    return detail::read_to_end(fd, path);
}

enum class durable { no, yes };

/// Brings what was written to a file to the disk; errno and false if it cannot. Where the file system has no such
/// thing, there is nothing to be done.
inline bool sync_data(int fd) noexcept { return ::fdatasync(fd) == 0 || errno == EINVAL || errno == ENOTSUP; }

/// The same for all that was written to the file system that has this file, whoever wrote it.
inline bool sync_file_system(int fd) noexcept { return ::syncfs(fd) == 0 || errno == EINVAL || errno == ENOTSUP; }

/// Replaces the file in one step: readers see the old text or the new, never a part. It has that mode; left out: the
/// one of what it replaces, and that by umask where there was nothing. `durable::yes` also syncs it to the disk first,
/// for what must survive a loss of power. EST-301 if it cannot.
inline void replace_file(std::filesystem::path const& path, std::string_view text, durable sync = durable::no,
                         std::optional<mode_t> mode = {}) {
    std::string temporary = path.string() + ".XXXXXX";
    file_descriptor const fd = make_temporary(temporary);
    if (!fd) throw_file_error("cannot write", path);
    struct stat before {};
    if (!mode && ::lstat(path.c_str(), &before) == 0 && S_ISREG(before.st_mode)) mode = before.st_mode & 0777U;
    bool const written = (!mode || ::fchmod(fd.get(), *mode) == 0) && write_all(fd.get(), text) &&
                         (sync == durable::no || ::fsync(fd.get()) == 0) &&
                         ::rename(temporary.c_str(), path.c_str()) == 0;
    if (!written) {
        int const code = errno;
        ::unlink(temporary.c_str());
        throw_file_error("cannot write", path, code);
    }
}

/// Makes the directory and its parents; EST-301 if it cannot.
inline void make_directories(std::filesystem::path const& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) throw_file_error("cannot create directory", path, code.value());
}

/// A relative path from the current directory on, another one as it is. EST-301 if the current directory was deleted.
inline std::filesystem::path absolute_path(std::filesystem::path const& path) {
    if (path.is_absolute()) return path;
    std::error_code code;
    std::filesystem::path const here = std::filesystem::current_path(code);
    if (code)
        throw error{"EST-301",
                    {.what = "the path " + path.string() + " is relative, and there is no current directory",
                     .why = code.message(),
                     .remedy = "go to a directory that exists, or give absolute paths"}};
    return here / path;
}

/// Calls `take` with each std::filesystem::directory_entry of a directory, in any order; with none if there is no such
/// directory. EST-301, which may name it in another way, if it cannot be read.
template <class Take>
void for_each_entry(std::filesystem::path const& directory, Take take, std::filesystem::path const& told = {}) {
    std::error_code code;
    std::filesystem::directory_iterator entry{directory, code};
    for (std::filesystem::directory_iterator const end; !code && entry != end; entry.increment(code)) take(*entry);
    if (code && code != std::errc::no_such_file_or_directory && code != std::errc::not_a_directory)
        throw_file_error("cannot read", told.empty() ? directory : told, code.value());
}

/// The names in a directory, as for_each_entry.
inline std::vector<std::string> names_in(std::filesystem::path const& directory,
                                         std::filesystem::path const& told = {}) {
    std::vector<std::string> names;
    auto const add = [&names](std::filesystem::directory_entry const& entry) {
        names.push_back(entry.path().filename().string());
    };
    for_each_entry(directory, add, told);
    return names;
}

}  // namespace estima::inline v0_1
