// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/file_tail.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What the child of posix_spawn does before it becomes the program.
class spawn_preparation {
public:
    spawn_preparation() {
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawnattr_init(&attributes);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    spawn_preparation(spawn_preparation const&) = delete;
    spawn_preparation& operator=(spawn_preparation const&) = delete;
    ~spawn_preparation() {
        ::posix_spawn_file_actions_destroy(&files);
        ::posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
};

/// Whether a supervisor works on the run, or has. The journal alone does not tell: the script, which may run already,
/// can have cut it short.
inline bool is_supervised(run_directory const& run) {
    file_descriptor const lock{::open(run.lock().c_str(), O_RDWR | O_CLOEXEC)};
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return true;
    run_record const said = journal{run.journal()}.record();
    return said.supervisor_pid != 0 || is_terminal(said.status);
}
}  // namespace detail

/// Starts the supervisor of a run on this machine, detached: it outlives this program. `lock` is the run's lock, held
/// by this process; it passes on to the supervisor without a gap. When this returns, the supervisor is set up and the
/// run goes on by itself. EST-403, with what the supervisor said, if it is not; EST-301 if its log cannot be written.
inline void start_supervisor(run_directory const& run, file_descriptor lock, std::string const& launcher,
                             std::string const& mpirun = {}) {
    constexpr int lock_in_child = 3;
    std::string const log = run.supervisor_log().string();
    open_file(log, O_WRONLY | O_APPEND | O_CREAT).reset();  // so that what refuses it is told here
    // Out of the way of the numbers below.
    file_descriptor held{::fcntl(lock.get(), F_DUPFD_CLOEXEC, 10)};
    if (!held) throw error{"EST-403", {.what = "cannot start the supervisor of the run", .why = std::strerror(errno)}};
    lock.reset();

    std::vector<std::string> argv{launcher, "supervise", "--lock-fd", std::to_string(lock_in_child)};
    if (!mpirun.empty()) argv.insert(argv.end(), {"--mpirun", absolute_path(mpirun).string()});
    argv.push_back(absolute_path(run.path).string());
    // By this entry its processes are found if it dies.
    std::vector<std::string> variables =
        environment_with({{"ESTIMA_RUN_ID", run.run_id()},
                          {"ESTIMA_DURABILITY", std::string{to_string(journal{run.journal()}.record().durability)}}});
    std::vector<char*> arguments, environment;
    for (std::string& a : argv) arguments.push_back(a.data());
    for (std::string& v : variables) environment.push_back(v.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);

    detail::spawn_preparation child;
    ::posix_spawn_file_actions_addopen(&child.files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&child.files, 1, log.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0666);
    ::posix_spawn_file_actions_adddup2(&child.files, 1, 2);
    ::posix_spawn_file_actions_adddup2(&child.files, held.get(), lock_in_child);
    pid_t pid = -1;
    if (int const code = ::posix_spawn(&pid, launcher.c_str(), &child.files, &child.attributes, arguments.data(),
                                       environment.data()))
        throw error{"EST-403",
                    {.what = "cannot start the supervisor of the run", .where = launcher, .why = std::strerror(code)}};

    int status = 0;
    pid_t ended = 0;
    do ended = ::waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    held.reset();
    // A program that ignores SIGCHLD, or reaps children elsewhere, gets no status: lock and journal know as well.
    if ((ended != pid || status == 0) && detail::is_supervised(run)) return;
    std::string said;
    for (std::string const& line : last_lines(log, 20)) said += (said.empty() ? "" : "\n    ") + line;
    throw error{
        "EST-403",
        {.what = "the supervisor of the run did not start",
         .where = launcher,
         .why = said,
         .remedy = "run `estima-launch --version`, and look whether it is the one that was built with this program"}};
}

}  // namespace estima::inline v0_1
