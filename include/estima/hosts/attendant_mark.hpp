// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/files.hpp>
#include <estima/system/host.hpp>
#include <estima/system/process.hpp>

namespace estima::inline v0_1 {

/// A file in a run's folder that names its attendant on this host: an earlier one that has not noticed yet that its
/// connection is lost must not end what a next attempt starts here, and a folder whose attendant is gone was left.
class attendant_mark {
public:
    explicit attendant_mark(std::filesystem::path run) : path_{std::move(run) / ("attendant_" + host_name())} {}

    /// EST-301.
    void set() const {
        make_directories(path_.parent_path());
        replace_file(path_, std::to_string(::getpid()) + " " + std::to_string(process_start_ticks(::getpid())) + "\n");
    }
    void remove() const { ::unlink(path_.c_str()); }

    /// Ends the attendant of an earlier attempt; true if there was one, alive or not.
    bool end_earlier() const {
        if (::access(path_.c_str(), F_OK) != 0) return false;
        if (pid_t const pid = living()) ::kill(pid, SIGKILL);
        return true;
    }

    /// Seconds since it was set; less than 0 if there is none, or its attendant lives.
    double left_for() const {
        struct stat status {};
        if (::stat(path_.c_str(), &status) != 0 || living() != 0) return -1;
        return std::difftime(std::time(nullptr), status.st_mtime);
    }

private:
    /// Its process; 0 if it is gone.
    pid_t living() const {
        pid_t pid = 0;
        std::uint64_t ticks = 0;
        try {
            std::istringstream{read_file(path_)} >> pid >> ticks;
        } catch (error const&) {  // it is being removed
        }
        return pid > 0 && pid != ::getpid() && ticks != 0 && process_start_ticks(pid) == ticks ? pid : 0;
    }

    std::filesystem::path path_;
};

/// Removes folders of runs that nobody removed since the host, or the way to it, was lost, after that many days.
inline void remove_left_folders(std::filesystem::path const& runs, std::string const& but, double days) {
    std::error_code code;
    std::vector<std::filesystem::path> left;
    for (std::filesystem::directory_iterator entry{runs, code}, end; !code && entry != end; entry.increment(code))
        if (entry->path().filename() != but && attendant_mark{entry->path()}.left_for() > days * 86400)
            left.push_back(entry->path());
    for (auto const& path : left) std::filesystem::remove_all(path, code);
}

}  // namespace estima::inline v0_1
