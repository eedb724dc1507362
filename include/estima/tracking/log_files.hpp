// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/system/file_descriptor.hpp>
#include <estima/system/torn_line.hpp>
#include <estima/tracking/point_store.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace estima::inline v0_1::detail {

/// What the run_contexts of a process share.
struct log_files {
    std::string path;
    file_descriptor lines;
    std::optional<point_store> points{};
    std::atomic<bool> torn{false};  // the file ends in the middle of a line
    int refused = 0;                // why the file could not be opened

    explicit log_files(std::string metrics_file)
        : path{std::move(metrics_file)},
          lines{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666)},
          refused{lines ? 0 : errno} {
        struct stat status {};
        if (!lines || ::fstat(lines.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
        if (path.ends_with(".jsonl")) points.emplace(path.substr(0, path.size() - 6));
        if (status.st_size == 0) return;
        // Of a program that a script starts again: between attempts of a run its launcher closes such a line.
        file_descriptor const earlier{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
        torn = earlier && ends_in_torn_line(earlier.get());
    }

    /// One for each path, until the process ends: a program may ask for its run at every call.
    static std::shared_ptr<log_files> at(std::string const& metrics_file) {
        watch_forks();
        static std::shared_ptr<log_files> newest;
        struct lock {
            lock() { ::pthread_mutex_lock(&fork_mutex); }
            ~lock() { ::pthread_mutex_unlock(&fork_mutex); }
        } const locked;
        if (!newest || newest->path != metrics_file || !newest->lines)
            newest = std::make_shared<log_files>(metrics_file);
        return newest;
    }

    /// One write(2), so that lines of other threads and processes do not get in between. A line that was cut short
    /// (full disk, a killed process) cannot be completed without that risk: it is closed by the next one. 0, or why the
    /// system refuses it.
    int write(std::string line) {
        if (refused != 0) return refused;
        bool const was_torn = torn.exchange(false);
        if (was_torn) line.insert(0, end_of_torn_line);
        ssize_t written = -1;
        int code = has_room(line.size()) ? 0 : EFBIG;
        if (code == 0) {
            do written = ::write(lines.get(), line.data(), line.size());
            while (written < 0 && errno == EINTR);
            if (written == static_cast<ssize_t>(line.size())) return 0;
            code = written < 0 ? errno : ENOSPC;
        }
        if (written > 0 || was_torn) torn = true;
        return code;
    }

    /// Whether the limit of file sizes of this process (`ulimit -f`) allows it: to go beyond it would be a signal.
    bool has_room(std::size_t bytes) const noexcept {
        rlimit limit{};
        struct stat status {};
        return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
               ::fstat(lines.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
               static_cast<std::uint64_t>(status.st_size) + bytes <= limit.rlim_cur;
    }

    /// Brings points, lines and the names of their files to the disk.
    bool sync() noexcept {
        std::size_t const slash = path.rfind('/');
        std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
        file_descriptor const names{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        return (!points || points->sync()) && ::fsync(lines.get()) == 0 && ::fsync(names.get()) == 0;
    }
};

}  // namespace estima::inline v0_1::detail
