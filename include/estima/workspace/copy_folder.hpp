// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include <estima/history/copy_points.hpp>
#include <estima/system/copy_bytes.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// Where something is read from, and what errors call it: what may be moved meanwhile is read by a path that stays.
struct read_path {
    read_path(std::filesystem::path path) : real{std::move(path)}, told{real} {}
    read_path(std::filesystem::path stays, std::filesystem::path name)
        : real{std::move(stays)}, told{std::move(name)} {}

    read_path operator/(std::string const& name) const { return {real / name, told / name}; }

    std::filesystem::path real, told;
};

/// Copies files and folders that may be written, and vanish, meanwhile: a file as far as it goes when it is opened.
/// Links stay links, unless they are to be followed; sockets and the like are passed over. Modes and times are kept,
/// and so is the group of a folder that gives it to what is made in it (setgid), unless the folder around the copy has
/// such a group itself.
class folder_copy {
public:
    explicit folder_copy(std::function<void(std::uint64_t)> const& progress) : progress_{progress} {}

    std::uint64_t files = 0, bytes = 0;

    /// Whether something is to be left out, by its path from the folder on that is copied.
    using leaves_out = std::function<bool(std::string const& path)>;

    /// What is below `from` comes below `to`, which is there, but for what is left out. `place`: where `from` is in the
    /// folder that is copied, with a slash at its end. EST-301.
    void copy_below(read_path const& from, std::filesystem::path const& to, leaves_out const& is_left_out = {},
                    std::string const& place = {}) {
        for (std::string const& name : names_in(from.real, from.told))
            if (std::string const path = place + name; !is_left_out || !is_left_out(path))
                copy(from / name, to / name, is_left_out, path + '/');
        struct stat status {};
        if (::stat(from.real.c_str(), &status) == 0) keep_times(to, status);
    }

    /// One of any kind; false if it is not there any more, or of a kind that is passed over. EST-301.
    bool copy(read_path const& from, std::filesystem::path const& to, leaves_out const& is_left_out = {},
              std::string const& place = {}) {
        struct stat status {};
        if (::lstat(from.real.c_str(), &status) != 0) return has_vanished(from);
        if (S_ISREG(status.st_mode)) return copy_file(from, to);
        if (S_ISDIR(status.st_mode)) {
            make_folder(from, to);
            copy_below(from, to, is_left_out, place);
            return true;
        }
        if (!S_ISLNK(status.st_mode)) return false;
        std::error_code code;
        std::filesystem::path const target = std::filesystem::read_symlink(from.real, code);
        if (code) return has_vanished(from, code.value());
        if (::symlink(target.c_str(), to.c_str()) != 0) throw_file_error("cannot write", to);
        return true;
    }

    /// A file, or what a link leads to, as a file of the copy's own; false if it is not there any more, or no file.
    /// EST-301.
    bool copy_followed(read_path const& from, std::filesystem::path const& to) { return copy_file(from, to, 0); }

    /// Makes a folder as another one is, which may be gone. EST-301.
    static void make_folder(read_path const& like, std::filesystem::path const& folder) {
        if (::mkdir(folder.c_str(), 0700) != 0) throw_file_error("cannot create directory", folder);
        keep_mode(like, folder);
    }
    /// Lets a folder that was just made have the mode of another one, which may be gone. EST-301.
    static void keep_mode(read_path const& of, std::filesystem::path const& folder) {
        struct stat status {}, made {};
        if (::stat(of.real.c_str(), &status) != 0) return void(has_vanished(of));
        bool good = ::stat(folder.c_str(), &made) == 0;
        mode_t gives_group = made.st_mode & S_ISGID;
        if (good && gives_group == 0 && (status.st_mode & S_ISGID) != 0 &&
            (made.st_gid == status.st_gid || ::chown(folder.c_str(), static_cast<uid_t>(-1), status.st_gid) == 0))
            gives_group = S_ISGID;
        good = good && ::chmod(folder.c_str(), (status.st_mode & 0777U) | 0700U | gives_group) == 0;
        if (!good) throw_file_error("cannot write", folder);
    }

private:
    /// Whether that is what it was; EST-301 if not. Always false.
    static bool has_vanished(read_path const& path, int code = errno) {
        if (code != ENOENT && code != ENOTDIR && code != EINVAL && code != ELOOP && code != ENXIO)
            throw_file_error("cannot read", path.told, code);
        return false;
    }

    bool copy_file(read_path const& from, std::filesystem::path const& to, int follow = O_NOFOLLOW) {
        file_descriptor const in{::open(from.real.c_str(), O_RDONLY | O_CLOEXEC | follow | O_NONBLOCK | O_NOCTTY)};
        struct stat status {};
        if (!in) return has_vanished(from);
        if (::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
        file_descriptor const out = open_file(to, O_RDWR | O_CREAT | O_EXCL, 0600);
        auto const size = static_cast<std::uint64_t>(status.st_size);
        byte_copier copier{in.get(), out.get()};
        std::uint64_t at = copier.share() ? size : 0;
        bytes += at;
        while (at < size) {
            std::uint64_t const before = at;
            auto const outcome = copier.copy(at, std::min(size, at + (std::uint64_t{8} << 20U)));
            if (outcome == byte_copier::outcome::cannot_read) throw_file_error("cannot read", from.told);
            if (outcome == byte_copier::outcome::cannot_write) throw_file_error("cannot write", to);
            if (at == before) break;  // it was cut short
            bytes += at - before;
            if (progress_) progress_(bytes);
        }
        if (from.real.extension() == ".points") mend_copied_points(in.get(), out.get(), to);
        if (::fchmod(out.get(), status.st_mode & 0777U) != 0) throw_file_error("cannot write", to);
        timespec const times[2] = {status.st_atim, status.st_mtim};
        ::futimens(out.get(), times);
        ++files;
        if (progress_) progress_(bytes);
        return true;
    }

    static void keep_times(std::filesystem::path const& of, struct stat const& status) {
        timespec const times[2] = {status.st_atim, status.st_mtim};
        ::utimensat(AT_FDCWD, of.c_str(), times, 0);
    }

    std::function<void(std::uint64_t)> const& progress_;
};

}  // namespace estima::inline v0_1::detail
