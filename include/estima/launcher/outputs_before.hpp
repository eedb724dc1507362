// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <set>
#include <system_error>
#include <tuple>

#include <estima/system/clock.hpp>

namespace estima::inline v0_1 {

/// What lies in ./outputs before the script starts: it came along with the source directory, perhaps from an earlier
/// training by hand, and is no output of this run as long as nobody touches it.
class outputs_before {
public:
    /// Nothing was there.
    outputs_before() = default;

    /// Files and links below `outputs`, as they are now, if they were not changed after `latest` (seconds since 1970).
    /// What cannot be read is not remembered.
    explicit outputs_before(std::filesystem::path const& outputs,
                            double latest = std::numeric_limits<double>::infinity()) {
        std::error_code code;
        for (std::filesystem::recursive_directory_iterator entry{outputs, code}, end; !code && entry != end;
             entry.increment(code)) {
            struct stat status {};
            if (::lstat(entry->path().c_str(), &status) != 0) continue;
            if (seconds_of(status.st_ctim) <= latest) seen_.insert(stamp_of(status));
        }
    }

    /// Whether `path` is what was there, and if it is a link, leads to what was there.
    bool has_untouched(std::filesystem::path const& path) const {
        struct stat status {};
        auto const is_seen = [&] { return seen_.contains(stamp_of(status)); };
        return !seen_.empty() && ::lstat(path.c_str(), &status) == 0 && is_seen() &&
               (!S_ISLNK(status.st_mode) || (::stat(path.c_str(), &status) == 0 && is_seen()));
    }

private:
    // The time of the last change of a file cannot be set by programs, so that a file written again is known as such.
    using stamp = std::tuple<std::uint64_t, std::int64_t, std::int64_t>;
    static stamp stamp_of(struct stat const& status) {
        return {status.st_ino, status.st_ctim.tv_sec, status.st_ctim.tv_nsec};
    }

    std::set<stamp> seen_;
};

}  // namespace estima::inline v0_1
