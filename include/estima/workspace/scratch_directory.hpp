// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <estima/system/files.hpp>

namespace estima::inline v0_1::detail {

/// A folder that is filled under a hidden name and seen only when it is complete; removed if that never comes.
class scratch_directory {
public:
    explicit scratch_directory(std::filesystem::path path) : path_{std::move(path)} {
        if (::mkdir(path_.c_str(), 0777) != 0) {
            int const code = errno;
            throw_file_error("cannot create directory", std::exchange(path_, {}), code);
        }
    }
    scratch_directory(scratch_directory const&) = delete;
    scratch_directory& operator=(scratch_directory const&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path const& path() const { return path_; }

    /// Gives it its final name in one step; false, and nothing done, if a folder with content has that name.
    bool rename_to(std::filesystem::path const& target) {
        if (::rename(path_.c_str(), target.c_str()) == 0) {
            path_.clear();
            return true;
        }
        if (errno == EEXIST || errno == ENOTEMPTY) return false;
        throw_file_error("cannot create directory", target);
    }

private:
    std::filesystem::path path_;
};

}  // namespace estima::inline v0_1::detail
