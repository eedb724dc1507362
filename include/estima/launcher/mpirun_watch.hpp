// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <algorithm>

#include <estima/history/run_record.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// Notices an mpirun that hangs with nothing left to wait for, as Open MPI's does now and then: after its ranks have
/// ended, or before it has started any. Sets a timer when that may have come about, and looks when it expires.
class mpirun_watch {
public:
    /// `is_here`: the processes are mpirun's children. On other hosts they are not, and only their ends are known.
    mpirun_watch(pid_t mpirun, int process_count, bool is_here)
        : mpirun_{mpirun}, processes_{process_count}, is_here_{is_here} {
        look_.set(patience_with_start());
    }

    int fd() const noexcept { return look_.fd(); }

    /// To be told of each change of the record.
    void see(run_record const& run) {
        auto const ended =
            std::count_if(run.ranks.begin(), run.ranks.end(), [](rank_record const& r) { return r.ended; });
        if (waits_for_end_ || ended == 0 || (ended < processes_ && has_living_child())) return;
        waits_for_end_ = true;
        look_.set(3 + 0.02 * processes_);
    }

    /// When the timer has expired: whether it hangs.
    bool hangs(run_record const& run) {
        look_.clear();
        waits_for_end_ = false;
        bool all_ended = static_cast<int>(run.ranks.size()) == processes_;
        for (rank_record const& r : run.ranks) all_ended = all_ended && r.ended;
        if (all_ended || !has_living_child()) return true;
        if (run.ranks.empty()) look_.set(patience_with_start());
        return false;
    }

private:
    double patience_with_start() const { return 60 + processes_; }
    bool has_living_child() const {
        if (!is_here_) return true;
        for (pid_t const child : children_of(mpirun_))
            if (state_of(child).is_alive()) return true;
        return false;
    }

    pid_t mpirun_;
    int processes_;
    bool is_here_;
    timer look_;
    bool waits_for_end_ = false;
};

}  // namespace estima::inline v0_1
