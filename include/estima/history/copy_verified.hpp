// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/history/hashed_copy.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/files.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// How a file is copied.
struct copy_options {
    durable sync = durable::no;  ///< whether it is on the disk when it is done
    /// A copy that is interrupted is kept aside, as `<target>.<12 digits of its SHA-256>.part`, and the next one goes
    /// on from there. Only where the SHA-256 is known.
    bool resume = false;
    /// Called with the bytes of the copy that are there; an exception interrupts it.
    std::function<void(std::uint64_t)> on_bytes{};
};

namespace detail {
/// Beside a file, under its name with that ending; less of the name where the two would be too long for one.
inline std::string name_beside(std::filesystem::path const& file, std::string const& ending) {
    constexpr std::size_t longest_name = 255;  // bytes: NAME_MAX
    std::string const name = file.filename().string();
    std::size_t const kept = std::min(name.size(), longest_name - ending.size());
    return (file.parent_path() / (name.substr(0, kept) + ending)).string();
}

/// A file that is written beside its target and takes its place when it is complete; gone if that never comes. With
/// `part`, the end of its name, it stays to be continued: unless another process is at it just now.
class replacement {
public:
    explicit replacement(std::filesystem::path const& target, std::string const& part = {}) : target_{target} {
        make_directories(absolute_path(target).parent_path());
        if (!part.empty() && take(name_beside(target, part))) return;
        temporary_ = name_beside(target, ".XXXXXX");
        fd_ = make_temporary(temporary_);
        if (!fd_) throw_file_error("cannot write", target);
    }
    replacement(replacement const&) = delete;
    replacement& operator=(replacement const&) = delete;
    ~replacement() {
        if (!temporary_.empty() && (!stays_ || bytes() == 0)) ::unlink(temporary_.c_str());
    }

    int fd() const noexcept { return fd_.get(); }
    std::uint64_t bytes() const noexcept {
        off_t const end = ::lseek(fd_.get(), 0, SEEK_END);
        return end > 0 ? static_cast<std::uint64_t>(end) : 0;
    }
    /// What there is, is wrong.
    void clear() {
        if (::ftruncate(fd_.get(), 0) != 0) throw_file_error("cannot write", target_);
    }
    /// Who may read it may run it, if it `is_program`; else its mode is that by umask.
    void take_place(bool is_program, durable sync) {
        struct stat made {};
        bool const good =
            !is_program || (::fstat(fd_.get(), &made) == 0 &&
                            ::fchmod(fd_.get(), (made.st_mode & 0777U) | (made.st_mode & 0444U) >> 2U) == 0);
        if (!good || (sync == durable::yes && ::fsync(fd_.get()) != 0) ||
            ::rename(temporary_.c_str(), target_.c_str()) != 0)
            throw_file_error("cannot write", target_);
        temporary_.clear();
    }

private:
    bool take(std::string name) {
        fd_.reset(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666));
        struct stat ours {}, there {};
        // One that was locked, and had become the target by then, is not ours.
        stays_ = fd_ && ::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(fd_.get(), &ours) == 0 &&
                 S_ISREG(ours.st_mode) && ::stat(name.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
                 ours.st_dev == there.st_dev;
        if (stays_) temporary_ = std::move(name);
        return stays_;
    }

    std::filesystem::path target_;
    std::string temporary_;
    file_descriptor fd_;
    bool stays_ = false;
};

/// Opens a regular file below a folder to read; the errors of copy_verified.
inline file_descriptor open_to_copy(std::filesystem::path const& folder, std::string const& name, bool is_recorded) {
    file_descriptor source = open_beneath(folder, name);
    if (!source && errno == ENOENT && is_recorded)
        throw error{"EST-504",
                    {.what = "a file that was recorded is not there any more",
                     .where = (folder / name).string(),
                     .remedy = "something removed it later; restore it from a copy, or run the job again"}};
    if (!source && (errno == EXDEV || errno == ELOOP))
        throw error{"EST-503",
                    {.what = "\"" + shown(name) + "\" leads out of its folder",
                     .where = folder.string(),
                     .remedy = "name a file below it; what is to be kept the script has to write into ./outputs"}};
    if (!source && errno == EINVAL)
        throw error{"EST-502",
                    {.what = "\"" + shown(name) + "\" is not a regular file",
                     .where = folder.string(),
                     .remedy = "name a file; of a folder all files below it can be downloaded"}};
    if (!source) throw_file_error("cannot read", folder / name);
    return source;
}
}  // namespace detail

/// Copies `folder`/`name`, as long as it is now, to `target`, which appears whole or not at all; the folders above it
/// are made. Returns its size and SHA-256. EST-504 if it is not what was `recorded`, or gone; EST-502: no regular file;
/// EST-503: it leads out of the folder; EST-301: cannot read or write.
inline artifact_record copy_verified(std::filesystem::path const& folder, std::string const& name,
                                     artifact_record const* recorded, std::filesystem::path const& target,
                                     copy_options const& how = {}) {
    file_descriptor const source = detail::open_to_copy(folder, name, recorded != nullptr);
    std::filesystem::path const from = folder / name;
    struct stat status {};
    if (::fstat(source.get(), &status) != 0) throw_file_error("cannot read", from);
    artifact_record copied{name, static_cast<std::uint64_t>(status.st_size), {}};
    auto const is_right = [&] { return recorded == nullptr || copied.sha256 == recorded->sha256; };
    bool const resumes = how.resume && recorded != nullptr;
    detail::replacement copy{target, resumes ? "." + recorded->sha256.substr(0, 12) + ".part" : ""};
    if (copy.bytes() > copied.bytes) copy.clear();
    for (bool again = true; again;) {
        std::uint64_t const begin = copy.bytes();
        detail::copy_ends const ends{source.get(), from, copy.fd(), target};
        copied.sha256 = to_hex(detail::copy_hashed(ends, begin, copied.bytes, how.on_bytes));
        again = !is_right() && begin > 0;  // it may have been the kept part that was wrong
        if (!is_right()) copy.clear();
    }
    if (!is_right())
        throw error{"EST-504",
                    {.what = "a file is no longer what was recorded",
                     .where = from.string(),
                     .why = "its SHA-256 is not " + recorded->sha256,
                     .remedy = "something changed it later; run the job again"}};
    copy.take_place((status.st_mode & S_IXUSR) != 0, how.sync);
    return copied;
}

}  // namespace estima::inline v0_1
