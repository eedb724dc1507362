// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// Tells a supervisor that the journal changed, or that metrics or logs grew. One inotify does for both: the system
/// gives 128 of them to a user by default.
class run_watch {
public:
    explicit run_watch(run_directory run)
        : run_{std::move(run)},
          fd_{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)},
          journal_{::inotify_add_watch(fd_.get(), run_.journal().c_str(), IN_MODIFY)} {}

    /// False if the system has no inotify left for this user: the caller has to look from time to time.
    bool works() const noexcept { return fd_ && journal_ >= 0; }
    int fd() const noexcept { return fd_.get(); }

    struct changes {
        bool journal = false, growth = false;
    };

    /// What changed since the last call. A growth is told once: a script that writes a lot must not keep this process
    /// busy. It is told again after the next watch_growth().
    changes take() noexcept {
        changes seen;
        alignas(inotify_event) char buffer[4096];
        for (;;) {
            ssize_t const n = ::read(fd_.get(), buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            for (char const* place = buffer; place < buffer + n;) {
                auto const* const event = reinterpret_cast<inotify_event const*>(place);
                bool const lost = (event->mask & IN_Q_OVERFLOW) != 0;
                seen.journal = seen.journal || lost || event->wd == journal_;
                seen.growth = seen.growth || lost || ((event->mask & IN_IGNORED) == 0 && event->wd != journal_);
                place += sizeof(inotify_event) + event->len;
            }
        }
        if (seen.growth) {
            for (int const watch : growing_) ::inotify_rm_watch(fd_.get(), watch);
            growing_.clear();
        }
        return seen;
    }

    /// `others` are folders below ./logs. False if one of them cannot be watched: there are too many for the system.
    bool watch_growth(std::vector<std::filesystem::path> others = {}) {
        if (!growing_.empty() && others == others_) return all_others_;
        others_ = std::move(others);
        std::vector<int> const before = std::exchange(growing_, {});
        auto const watch = [this](std::filesystem::path const& directory) {
            // IN_ATTRIB: how points are told (tracking/mapped_points.hpp).
            int const id =
                ::inotify_add_watch(fd_.get(), directory.c_str(), IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_MOVED_TO);
            if (id >= 0) growing_.push_back(id);  // the same again for one that is watched already
            return id >= 0;
        };
        for (auto const& directory : {run_.metrics(), run_.system_logs(), run_.logs()}) watch(directory);
        all_others_ = true;
        for (auto const& directory : others_) all_others_ = (watch(directory) || errno == ENOENT) && all_others_;
        for (int const id : before)
            if (std::find(growing_.begin(), growing_.end(), id) == growing_.end()) ::inotify_rm_watch(fd_.get(), id);
        return all_others_;
    }

private:
    run_directory run_;
    file_descriptor fd_;
    int journal_;
    std::vector<int> growing_;
    std::vector<std::filesystem::path> others_{};
    bool all_others_ = true;
};

}  // namespace estima::inline v0_1
