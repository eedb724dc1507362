// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Component by component, following no link at all: for kernels before 5.6 and sandboxes that refuse openat2.
inline file_descriptor open_without_links(std::filesystem::path const& folder, std::string_view relative) {
    file_descriptor place{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    while (place && !relative.empty()) {
        std::size_t const end = relative.find('/');
        std::string const name{relative.substr(0, end)};
        relative.remove_prefix(end == std::string_view::npos ? relative.size() : end + 1);
        if (name.empty() || name == ".") continue;
        if (name == "..") {
            errno = EXDEV;
            return {};
        }
        int const flags = relative.empty() ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
        place.reset(::openat(place.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    }
    return place;
}
}  // namespace detail

/// Opens a regular file below `folder` to read. Neither `..` nor an absolute path nor a symbolic link can lead out of
/// the folder: EXDEV. EINVAL for what is no regular file. No descriptor and errno set if it fails.
inline file_descriptor open_beneath(std::filesystem::path const& folder, std::string const& relative) {
    if (relative.starts_with('/')) {
        errno = EXDEV;
        return {};
    }
    file_descriptor const root{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!root) return {};
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a pipe with that name must not make us wait
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    file_descriptor fd{static_cast<int>(::syscall(SYS_openat2, root.get(), relative.c_str(), &how, sizeof how))};
    if (!fd && (errno == ENOSYS || errno == EPERM)) fd = detail::open_without_links(folder, relative);
    struct stat status {};
    if (fd && (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))) {
        fd.reset();
        errno = EINVAL;
    }
    return fd;
}

}  // namespace estima::inline v0_1
