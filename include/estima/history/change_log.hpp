// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// `changes.log` of a workspace: one line for each run that was made, and for each change of a run that is over. Who
/// keeps something derived from the journals reads what was added since last time, and looks at these runs and at those
/// that are not over; a million finished runs cost nothing. Lines are only ever added.
///
/// The writer holds the lock of the run's journal, adds the line here, then adds to the journal. So a reader who sees
/// the line and then gets the lock sees the change, or the writer was killed before it made one: nothing is missed.
class change_log {
public:
    explicit change_log(std::filesystem::path const& workspace) : file_{workspace / "changes.log"} {}

    /// Adds a line, also to the disk if that is asked for; EST-301 if it cannot. It starts with a newline of its own,
    /// so that a line which somebody left torn spoils no other.
    void add(std::string const& run_id, durable sync = durable::no) const {
        file_descriptor const fd = open_file(file_, writing);
        if (!write_all(fd.get(), "\n" + run_id + "\n") ||
            (sync == durable::yes && !sync_data(fd.get())))
            throw_file_error("cannot write", file_);
        reserve_room(fd.get());
    }

    /// Makes the file, if it is not there, so that lines can be added where the disk is full by then. EST-301.
    void make() const { reserve_room(open_file(file_, writing).get()); }

    std::filesystem::path const& path() const { return file_; }

private:
    static constexpr int writing = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;  // no pipe is waited for

    /// For the next lines: to delete runs is how one gets space.
    static void reserve_room(int fd) noexcept {
        constexpr off_t few_lines = 4096;
        struct stat status {};
        if (::fstat(fd, &status) == 0 && status.st_blocks * 512 < status.st_size + few_lines)
            (void)!::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, status.st_size + 2 * few_lines);
    }

    std::filesystem::path file_;
};

}  // namespace estima::inline v0_1
