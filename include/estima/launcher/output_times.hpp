// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <estima/history/run_directory.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>
#include <estima/system/inotify.hpp>

namespace estima::inline v0_1 {

/// Notes beside a rank's metrics how far its output and its error had got at which time, so that what several ranks
/// wrote can be shown in its order: lines "seconds since 1970, bytes of output, bytes of error". At most ten a
/// second, fewer the longer it goes on: a run of a day has some hundred thousand. Nothing is noted where the kernel
/// does not tell of growth.
class output_times {
public:
    output_times(run_directory const& run, int rank)
        : path_{run.output_times(rank)}, output_{run.rank_stdout(rank)}, error_{run.rank_stderr(rank)} {
        look();
    }

    /// Readable when there is something to note; -1 while it is too early for that.
    int fd() const { return changes_ && milliseconds_left() < 0 ? changes_->fd() : -1; }
    /// Until it is not too early any more; -1 if it is not, and `fd()` tells.
    int milliseconds_left() const {
        double const left = rest_until_ - monotonic_seconds();
        return left > 0 ? static_cast<int>(left * 1000) + 1 : changes_ ? -1 : 0;
    }
    /// Whether to look without being told.
    bool is_due() const { return milliseconds_left() == 0; }

    void look() {
        double const now = monotonic_seconds();
        rest_until_ = now + std::max(0.1, (now - begin_) / 20'000);
        // A process that has an inotify takes up to 15 ms longer to end: one that is soon over has none.
        if (!changes_ && now - begin_ > 1) {
            changes_.emplace();
            for (auto const* const file : {&output_, &error_}) changes_->watch(*file, IN_MODIFY);
        }
        if (changes_) changes_->drain();
        note();
    }
    /// At the end of the rank.
    void note() {
        std::uint64_t const output = size_of(output_), error = size_of(error_);
        if (output == output_bytes_ && error == error_bytes_) return;
        output_bytes_ = output;
        error_bytes_ = error;
        char line[96];
        int const size = std::snprintf(line, sizeof line, "%.3f %llu %llu\n", epoch_seconds(),
                                       static_cast<unsigned long long>(output), static_cast<unsigned long long>(error));
        if (!file_) file_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
        if (file_) write_all(file_.get(), {line, static_cast<std::size_t>(size)});  // a full disk has no times
    }

private:
    static std::uint64_t size_of(std::filesystem::path const& file) {
        struct stat status {};
        return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    }

    std::filesystem::path path_, output_, error_;
    std::optional<inotify> changes_{};
    file_descriptor file_{};
    std::uint64_t output_bytes_ = 0, error_bytes_ = 0;
    double begin_ = monotonic_seconds(), rest_until_ = 0;
};

}  // namespace estima::inline v0_1
