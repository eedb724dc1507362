// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// Ends, at once, every process of this user that was started for this run, this one excepted; how many it was. A run
/// that still has its supervisor is ended by a cancel instead.
inline int end_processes_of(std::string const& run_id) {
    std::string const entry = "ESTIMA_RUN_ID=" + run_id;
    double const give_up = monotonic_seconds() + 10;
    int ended = 0;
    for (;;) {
        std::vector<file_descriptor> dying;
        for (pid_t const pid : processes_started_with(entry)) {
            file_descriptor process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
            // Asked again: from the opening on the descriptor means one process, whatever becomes of the number.
            if (!process || !was_started_with(pid, entry)) continue;
            if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) == 0) dying.push_back(std::move(process));
        }
        if (dying.empty()) return ended;  // the dead have no environment
        ended += static_cast<int>(dying.size());
        for (file_descriptor const& process : dying) {
            pollfd death{process.get(), POLLIN, 0};
            double const left = give_up - monotonic_seconds();
            if (left <= 0 || ::poll(&death, 1, static_cast<int>(left * 1000)) == 0) return ended;
        }
    }
}

/// If the run is not over and its supervisor has died: ends what is left of the run's processes and writes that it
/// Failed, EST-430. False if there was nothing to do. Called by whoever looks at a run; any number of processes may do
/// so at once. EST-301 if the run cannot be read or written.
inline bool bury_if_dead(run_directory const& run) {
    journal log{run.journal()};
    if (is_terminal(log.record().status)) return false;
    file_descriptor const lock{::open(run.lock().c_str(), O_RDWR | O_CLOEXEC)};
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return false;  // the supervisor lives, or another buries it
    if (is_terminal(log.record().status)) return false;                     // its last word came just now
    int const ended = end_processes_of(run.run_id());
    int const pid = log.record().supervisor_pid;
    run_error e{"EST-430", "the supervisor ended without finishing the run"};
    e.host = log.record().host;
    e.message += pid != 0 ? " (process " + std::to_string(pid) + "): it was killed, perhaps for want of memory, or the machine restarted"
                          : ": it was never started";
    if (ended > 0) e.message += "; processes of the run that still lived were ended: " + std::to_string(ended);
    e.stderr_tail = last_lines(run.supervisor_log().string(), stderr_tail_lines);
    return log.append_status(run_status::failed, {{"error", to_json(e)}});
}

}  // namespace estima::inline v0_1
