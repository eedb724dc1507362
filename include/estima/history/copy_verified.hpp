// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <estima/base/error.hpp>
#include <estima/history/hashed_copy.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/files.hpp>
#include <estima/system/open_beneath.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// A file that is written beside its target and takes its place when it is complete; gone if that never comes.
class replacement {
public:
    explicit replacement(std::filesystem::path const& target)
        : target_{target}, temporary_{target.string() + ".XXXXXX"} {
        make_directories(absolute_path(target).parent_path());
        fd_.reset(::mkostemp(temporary_.data(), O_CLOEXEC));
        if (!fd_) throw_file_error("cannot write", target);
    }
    replacement(replacement const&) = delete;
    replacement& operator=(replacement const&) = delete;
    ~replacement() {
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
    }

    int fd() const noexcept { return fd_.get(); }
    void take_place(mode_t mode, durable sync) {
        if (::fchmod(fd_.get(), mode) != 0 || (sync == durable::yes && ::fsync(fd_.get()) != 0) ||
            ::rename(temporary_.c_str(), target_.c_str()) != 0)
            throw_file_error("cannot write", target_);
        temporary_.clear();
    }

private:
    std::filesystem::path target_;
    std::string temporary_;
    file_descriptor fd_;
};

/// Opens a regular file below a folder to read; the errors of copy_verified.
inline file_descriptor open_to_copy(std::filesystem::path const& folder, std::string const& name) {
    file_descriptor source = open_beneath(folder, name);
    if (!source && (errno == EXDEV || errno == ELOOP))
        throw error{"EST-503",
                    {.what = "\"" + name + "\" leads out of its folder",
                     .where = folder.string(),
                     .remedy = "name a file below it; what is to be kept the script has to write into ./outputs"}};
    if (!source && errno == EINVAL)
        throw error{"EST-502",
                    {.what = "\"" + name + "\" is not a regular file",
                     .where = folder.string(),
                     .remedy = "download_files() takes all files below a folder"}};
    if (!source) throw_file_error("cannot read", folder / name);
    return source;
}
}  // namespace detail

/// Copies `folder`/`name`, as long as it is now, to `target`, which appears whole or not at all; the folders above it
/// are made. Returns its size and SHA-256. EST-504 if it is not what was `recorded`; EST-502: no regular file; EST-503:
/// it leads out of the folder; EST-301: cannot read or write.
inline artifact_record copy_verified(std::filesystem::path const& folder, std::string const& name,
                                     artifact_record const* recorded, std::filesystem::path const& target,
                                     durable sync = durable::no) {
    file_descriptor const source = detail::open_to_copy(folder, name);
    std::filesystem::path const from = folder / name;
    struct stat status {};
    if (::fstat(source.get(), &status) != 0) throw_file_error("cannot read", from);
    artifact_record copied{name, static_cast<std::uint64_t>(status.st_size), {}};
    detail::replacement copy{target};
    copied.sha256 = to_hex(detail::copy_hashed({source.get(), from, copy.fd(), target}, 0, copied.bytes));
    if (recorded != nullptr && copied.sha256 != recorded->sha256)
        throw error{"EST-504",
                    {.what = "a file is no longer what was recorded",
                     .where = from.string(),
                     .why = "its SHA-256 is not " + recorded->sha256,
                     .remedy = "something changed it later; run the job again"}};
    copy.take_place((status.st_mode & S_IXUSR) != 0 ? 0755 : 0644, sync);
    return copied;
}

}  // namespace estima::inline v0_1
