// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/system/event_loop.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// Takes in the children of this process that have ended; calls `ended(pid, status, rusage)` for each.
template <class Ended>
void reap_children(Ended const& ended) {
    rusage used{};
    for (int status = 0;;) {
        pid_t const pid = ::wait4(-1, &status, WNOHANG, &used);
        if (pid < 0 && errno == EINTR) continue;
        if (pid <= 0) return;
        ended(pid, status, used);
    }
}

/// All processes below this one, also those that made themselves independent: this process takes the orphans in. Left
/// out are those of other runs: a script may submit one, and that outlives it.
class descendants {
public:
    explicit descendants(std::string run_id) : run_id_{std::move(run_id)} { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

    std::vector<pid_t> living() const {
        return living_descendants_of(::getpid(), [this](pid_t pid) {
            std::string const run = value_started_with(pid, "ESTIMA_RUN_ID");
            return !run.empty() && run != run_id_;
        });
    }
    /// Sends SIGTERM to each that did not get it before; how many live.
    std::size_t ask() {
        std::vector<pid_t> const pids = living();
        for (pid_t const pid : pids)
            if (asked_.insert(pid).second) ::kill(pid, SIGTERM);
        return pids.size();
    }
    /// Sends SIGKILL to all; how many live.
    std::size_t kill_all() const {
        std::vector<pid_t> const pids = living();
        for (pid_t const pid : pids) ::kill(pid, SIGKILL);
        return pids.size();
    }

    /// Waits until all have ended by themselves, `limit` seconds at most. SIGCHLD has to be blocked.
    void await(double limit) const {
        double const deadline = monotonic_seconds() + limit;
        while (reap() && !living().empty()) {
            double const left = deadline - monotonic_seconds();
            if (left <= 0) return;
            wait_for_child(left);
        }
    }

    /// Ends them and waits for it: SIGTERM, and SIGKILL after `grace` seconds. One that even the kernel cannot end, for
    /// it waits for a dead disk, is left after 5 s more. SIGCHLD has to be blocked.
    void end(double grace) {
        double const deadline = monotonic_seconds() + grace;
        while (reap()) {
            double const left = deadline - monotonic_seconds();
            if ((left > 0 ? ask() : kill_all()) == 0 || left < -5) return;
            wait_for_child(left > 0 ? left : 0.02);
        }
    }

private:
    /// False if there is no child any more.
    static bool reap() {
        pid_t pid = 0;
        do pid = ::waitpid(-1, nullptr, WNOHANG);
        while (pid > 0 || (pid < 0 && errno == EINTR));
        return pid == 0;
    }
    static void wait_for_child(double seconds) {
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        timespec const limit{static_cast<time_t>(seconds),
                             static_cast<long>((seconds - static_cast<double>(static_cast<time_t>(seconds))) * 1e9)};
        ::sigtimedwait(&child, nullptr, &limit);
    }

    std::string run_id_;
    std::set<pid_t> asked_;
};

}  // namespace estima::inline v0_1
