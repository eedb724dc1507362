// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>
#include <string>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/outputs_before.hpp>
#include <estima/launcher/record_outputs.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/host.hpp>
#include <estima/system/is_there.hpp>
#include <estima/system/process.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// How often a supervisor shows, to other hosts, that it lives.
inline constexpr double heartbeat_seconds = 30;

namespace detail {
/// Of a run: the processes that were started with its name in their environment, and what is below them, which may have
/// cleared its environment. Not this process, and nothing of other runs.
inline std::set<pid_t> processes_of(std::string const& run_id) {
    auto const is_foreign = [&](pid_t pid) {
        std::string const run = value_started_with(pid, "ESTIMA_RUN_ID");
        return pid == ::getpid() || (!run.empty() && run != run_id);
    };
    std::set<pid_t> found;
    for (pid_t const pid : processes_started_with("ESTIMA_RUN_ID=" + run_id)) {
        found.insert(pid);
        for (pid_t const below : living_descendants_of(pid, is_foreign)) found.insert(below);
    }
    return found;
}

/// The supervisor, if it is known to have been on this host, does not live any more.
inline bool is_seen_dead(run_record const& run) {
    return run.supervisor_pid > 0 && run.supervisor_host == host_name() &&
           !(state_of(run.supervisor_pid).is_alive() &&
             process_start_ticks(run.supervisor_pid) == run.supervisor_start_ticks);
}

/// The supervisor lives on this host, but was stopped (SIGSTOP), so that it answers to nothing.
inline bool is_seen_stopped(run_record const& run) {
    return run.supervisor_pid > 0 && run.supervisor_host == host_name() && !is_seen_dead(run) &&
           state_of(run.supervisor_pid).letter == 'T';
}

/// The supervisor is on another host and has shown a while ago that it lives, by the time of the run's lock: a lock
/// that looks free may be one that does not reach from host to host.
inline bool lives_elsewhere(run_directory const& directory, run_record const& run) {
    struct stat status {};
    return (run.supervisor_pid > 0 ? run.supervisor_host : run.host) != host_name() &&
           ::stat(directory.lock().c_str(), &status) == 0 &&
           epoch_seconds() - static_cast<double>(status.st_mtime) < 10 * heartbeat_seconds;
}

/// Nobody is responsible for the run: a glance, before the journal is read.
inline bool is_lock_free(run_directory const& run) {
    file_descriptor const lock{::open(run.lock().c_str(), O_RDONLY | O_CLOEXEC)};
    return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) == 0;
}

/// What the supervisor did not live to do at the end of the script, where that ran on this file system. Of what came
/// with the source directory nobody changed anything since the script was to start.
inline void record_outputs_left(run_directory const& run, journal& log) {
    run_record const& record = log.record();
    double began = 0;
    for (status_change const& change : record.status_changes)
        if (change.status == run_status::starting) began = change.time;
    if (began == 0 || is_there(run.path / "target.json")) return;
    // A next attempt takes over the outputs of the one before, which are as old.
    record_outputs(run, record.attempt() > 1 ? outputs_before{} : outputs_before{run.outputs(), began}, log);
}

/// Takes the lock of a run if nobody holds it. A child that the supervisor had just forked when it died holds it for a
/// moment more: that is waited for.
inline bool take_lock_of_dead(int lock, run_record const& run) {
    for (double const give_up = monotonic_seconds() + 1;;) {
        if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EINTR && (errno != EWOULDBLOCK || monotonic_seconds() > give_up || !is_seen_dead(run)))
            return false;
        ::poll(nullptr, 0, 1);
    }
}
}  // namespace detail

/// Ends, at once, every process of this user that was started for this run, this one excepted; how many it was. A run
/// that still has its supervisor is ended by a cancel instead.
inline int end_processes_of(std::string const& run_id) {
    double const give_up = monotonic_seconds() + 10;
    for (int ended = 0;;) {
        std::map<pid_t, file_descriptor> processes;
        for (pid_t const pid : detail::processes_of(run_id)) processes.emplace(pid, open_pidfd(pid));
        // Looked up again: from its opening on a descriptor means one process, whatever becomes of the number.
        std::set<pid_t> const still = detail::processes_of(run_id);
        std::erase_if(processes, [&](auto const& p) {
            return !still.contains(p.first) ||
                   ::syscall(SYS_pidfd_send_signal, p.second.get(), SIGKILL, nullptr, 0) != 0;
        });
        if (processes.empty()) return ended;  // the dead have no environment
        ended += static_cast<int>(processes.size());
        for (auto const& [pid, process] : processes) {
            pollfd death{process.get(), POLLIN, 0};
            double const left = give_up - monotonic_seconds();
            if (left <= 0 || ::poll(&death, 1, static_cast<int>(left * 1000)) == 0) return ended;
        }
    }
}

/// If the run is not over and its supervisor has died: ends what is left of the run's processes, records its outputs
/// and writes that it Failed, EST-430. False if there was nothing to do. Called by whoever looks at a run; any number
/// of processes may do so at once. Of a supervisor on another host also its heartbeat has to be missing, for 300 s.
/// EST-301 if the run cannot be read or written.
inline bool bury_if_dead(run_directory const& run) {
    journal log{run.journal()};
    if (!log.record().is_known()) return false;  // the journal was emptied: nobody can tell how the run ended
    if (is_terminal(log.record().status) || detail::lives_elsewhere(run, log.record())) return false;
    file_descriptor lock{::open(run.lock().c_str(), O_RDWR | O_CLOEXEC)};
    if (!lock && (errno == EROFS || errno == EACCES)) lock.reset(::open(run.lock().c_str(), O_RDONLY | O_CLOEXEC));
    if (!lock || !detail::take_lock_of_dead(lock.get(), log.record())) return false;
    if (is_terminal(log.record().status)) return false;  // its last word came just now
    int const ended = end_processes_of(run.run_id());
    int const pid = log.record().supervisor_pid;
    run_error e{"EST-430", "the supervisor ended without finishing the run"};
    e.host = log.record().host;
    e.message += pid != 0 ? " (process " + std::to_string(pid) +
                                "): it was killed, perhaps for want of memory, or the machine restarted"
                          : ": it was never started";
    if (ended > 0) e.message += "; processes of the run that still lived were ended: " + std::to_string(ended);
    e.stderr_tail = last_lines(run.supervisor_log().string(), stderr_tail_lines);
    detail::record_outputs_left(run, log);
    return log.append_status(run_status::failed, {{"error", to_json(e)}});
}

}  // namespace estima::inline v0_1
