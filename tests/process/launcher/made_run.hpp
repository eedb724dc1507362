// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/file.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/snapshot/snapshot_store.hpp>
#include <estima/system/find_program.hpp>
#include <estima/system/host.hpp>
#include <estima/system/inotify.hpp>
#include <estima/system/process.hpp>
#include <estima/transport/local.hpp>

#include <support/temporary_directory.hpp>

namespace estima_test {

inline bool has_mpirun() { return !estima::find_program("mpirun").empty(); }

/// Long enough for a loaded machine and a sanitizer: only a test that fails waits so long.
inline constexpr double seconds_of_patience = 60;

/// A run directory as the workspace layer makes it, with the files of its source directory given as texts. What a test
/// leaves of its processes is ended with it.
class made_run {
public:
    struct source_file {
        std::string name, text;
    };

    made_run(estima::run_configuration c, std::vector<source_file> const& files,
             std::filesystem::path const& workspace = {})
        : workspace_{workspace.empty() ? temporary_.path() / "work space" : workspace} {
        std::filesystem::path const source = temporary_ / "source";
        std::filesystem::create_directory(source);
        for (auto const& [name, text] : files) {
            std::filesystem::create_directories((source / name).parent_path());
            std::ofstream{source / name, std::ios::binary} << text;
            if (text.starts_with("#!") || text.starts_with("\x7f"
                                                           "ELF"))
                std::filesystem::permissions(source / name, std::filesystem::perms{0755});
        }
        std::string const snapshot = estima::snapshot_store{workspace_ / "snapshots"}.take(source).id;
        std::string const id = "test_1700000000_" + temporary_.path().filename().string();
        directory.path = workspace_ / "runs" / id;
        estima::make_directories(directory.metrics());
        estima::make_directories(directory.system_logs());
        lock_ = estima::open_file(directory.lock(), O_RDWR | O_CREAT | O_EXCL);
        REQUIRE(::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0);
        std::ofstream{directory.run_configuration()} << estima::to_json(c).dump(2);
        estima::journal::create(
            directory.journal(),
            {{"event", "created"}, {"run_id", id}, {"snapshot_id", snapshot}, {"host", estima::host_name()}});
    }
    made_run(made_run const&) = delete;
    made_run& operator=(made_run const&) = delete;
    ~made_run() { estima::end_processes_of(directory.run_id()); }

    /// A script of any kind, with a first line "#!...", that is started as one process.
    static estima::run_configuration native(std::string script, std::vector<std::string> arguments = {}) {
        estima::run_configuration c{
            .script = std::move(script), .arguments = std::move(arguments), .framework = "Native"};
        return c;
    }
    static estima::run_configuration python(std::string script, std::vector<std::string> arguments = {}) {
        estima::run_configuration c{.script = std::move(script), .arguments = std::move(arguments)};
        c.environment.python.interpreter_path = "/usr/bin/python3";
        return c;
    }
    static estima::run_configuration mpi(estima::run_configuration c, int processes) {
        c.communicator = "Mpi";
        c.mpi.process_count_per_node = processes;
        return c;
    }
    static estima::run_configuration gloo(estima::run_configuration c, int processes) {
        c.communicator = "Gloo";
        c.framework = c.framework == "Native" ? "Native" : "PyTorch";
        c.pytorch.communication_backend = "Gloo";
        c.pytorch.process_count = processes;
        return c;
    }

    made_run& start(std::string const& mpirun = {}) {
        estima::start_supervisor(directory, std::move(lock_), estima::find_launcher(), mpirun);
        return *this;
    }
    void start_with(std::string const& launcher) { estima::start_supervisor(directory, std::move(lock_), launcher); }
    void release_lock() { lock_.reset(); }
    void cancel(double grace) {
        REQUIRE(estima::journal{directory.journal()}.append_status(estima::run_status::cancel_requested,
                                                                   {{"grace_seconds", grace}}));
    }

    /// Waits, woken by the kernel, until `condition` holds of the run's record; fails the test after `seconds_of_patience`.
    estima::run_record wait_until(std::function<bool(estima::run_record const&)> const& condition) {
        estima::journal log{directory.journal()};
        estima::inotify changes;
        REQUIRE(changes.watch(directory.journal(), IN_MODIFY));
        double const deadline = estima::monotonic_seconds() + seconds_of_patience;
        for (;;) {
            changes.drain();
            if (condition(log.record())) return log.record();
            double const left = deadline - estima::monotonic_seconds();
            INFO("status " << to_string(log.record().status));
            REQUIRE(left > 0);
            pollfd change{changes.fd(), POLLIN, 0};
            ::poll(&change, 1, static_cast<int>(left * 1000));
        }
    }
    estima::run_record wait() {
        return wait_until([](estima::run_record const& r) { return is_terminal(r.status); });
    }
    estima::run_record wait_until_running() {
        return wait_until([](estima::run_record const& r) { return r.status == estima::run_status::running; });
    }
    estima::run_record run() { return start().wait(); }

    /// Waits until a file of the script's folder is there, and returns its text: how a script says "now".
    std::string text_of(std::string const& name) {
        std::filesystem::path const file = directory.code() / name;
        double const deadline = estima::monotonic_seconds() + seconds_of_patience;
        while (!std::filesystem::exists(file)) {
            INFO("waiting for " << file);
            REQUIRE(estima::monotonic_seconds() < deadline);
            ::poll(nullptr, 0, 5);
        }
        return estima::read_file(file);
    }
    std::string output(int rank = 0) { return estima::read_file(directory.rank_stdout(rank)); }
    std::string error_output(int rank = 0) { return estima::read_file(directory.rank_stderr(rank)); }

    /// The processes of this run that live. The supervisor's last breath comes after its last line: waits for that.
    std::vector<pid_t> living() const {
        std::vector<pid_t> pids;
        double const deadline = estima::monotonic_seconds() + 5;
        do {
            pids = estima::processes_started_with("ESTIMA_RUN_ID=" + directory.run_id());
            if (pids.empty()) break;
            ::poll(nullptr, 0, 5);
        } while (estima::monotonic_seconds() < deadline);
        return pids;
    }

    std::filesystem::path const& workspace() const { return workspace_; }
    std::filesystem::path scratch(std::string const& name) const { return temporary_ / name; }

    estima::run_directory directory;

private:
    temporary_directory temporary_;
    std::filesystem::path workspace_;
    estima::file_descriptor lock_;
};

}  // namespace estima_test
