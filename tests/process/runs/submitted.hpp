// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <estima/estima.hpp>
#include <estima/launcher/bury.hpp>
#include <estima/system/event_loop.hpp>

#include <support/error_of.hpp>
#include <support/temporary_directory.hpp>

namespace estima_test {

/// Long enough for a loaded machine and a sanitizer: only a test that fails waits so long.
inline estima::duration const patience = estima::seconds(100);

/// True as soon as no process of the run lives: its supervisor is still ending when the last line of the journal is
/// there.
inline bool leaves_nothing_alive(estima::run const& run) {
    double const give_up = estima::monotonic_seconds() + patience.seconds();
    while (!estima::processes_started_with("ESTIMA_RUN_ID=" + run.id()).empty())
        if (estima::monotonic_seconds() > give_up) return false;
    return true;
}

/// A workspace and a source directory. What its runs leave of processes is ended with it.
class place {
public:
    explicit place(std::filesystem::path const& workspace = {})
        : workspace_{estima::workspace::open(workspace.empty() ? folder_ / "work space" : workspace)} {
        std::filesystem::create_directory(source());
    }
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place() {
        for (std::string const& id : estima::detail::run_ids_in(workspace_.path() / "runs")) estima::end_processes_of(id);
    }

    estima::workspace const& workspace() const { return workspace_; }
    estima::experiment experiment() const { return workspace_.experiment("test"); }
    std::filesystem::path source() const { return folder_ / "source"; }
    std::filesystem::path operator/(std::string const& name) const { return folder_ / name; }

    void write(std::string const& name, std::string const& text) const {
        std::filesystem::create_directories((source() / name).parent_path());
        std::ofstream{source() / name, std::ios::binary} << text;
        if (text.starts_with("#!")) std::filesystem::permissions(source() / name, std::filesystem::perms{0755});
    }

    /// Submits this text as a script of its own right.
    estima::run submit(std::string const& text, std::vector<std::string> arguments = {}) const {
        write("train", text);
        return experiment().submit({.script = "train", .arguments = std::move(arguments), .framework = "Native"},
                                   source());
    }

private:
    temporary_directory folder_;
    estima::workspace workspace_;
};

/// A shell script that says "here" by a file in its folder, and goes on when `go` is there.
inline std::string script_that_waits_for(std::filesystem::path const& go, std::string const& then = "") {
    return "#!/bin/sh\n: > here\nwhile [ ! -e '" + go.string() + "' ]; do sleep 0.01; done\n" + then + "\n";
}

/// Work in a process of its own. It succeeds if it returns true.
class other_program {
public:
    template <class Work>
    explicit other_program(Work const& work) : pid_{::fork()} {
        if (pid_ != 0) return;
        int code = 1;
        try {
            code = work() ? 0 : 1;
        } catch (std::exception const& e) {
            std::fprintf(stderr, "other program: %s\n", e.what());
        }
        ::_exit(code);
    }
    other_program(other_program&& other) noexcept : pid_{std::exchange(other.pid_, -1)} {}
    other_program& operator=(other_program&&) = delete;
    ~other_program() { status(); }

    bool succeeded() { return status() == 0; }

    /// What waitpid says of it.
    int status() {
        if (pid_ > 0)
            while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
            }
        pid_ = -1;
        return status_;
    }

private:
    pid_t pid_;
    int status_ = -1;
};

/// A pipe between programs, for a line of text.
class text_pipe {
public:
    text_pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe2 failed"};
        read_.reset(ends[0]);
        write_.reset(ends[1]);
    }
    void say(std::string const& text) { estima::write_all(write_.get(), text + "\n"); }
    std::string hear() {
        std::string text;
        for (char c = 0; ::read(read_.get(), &c, 1) == 1 && c != '\n';) text += c;
        return text;
    }

private:
    estima::file_descriptor read_, write_;
};

/// Until its supervisor has told that it runs, which the script may be ahead of.
inline void wait_until_running(estima::run const& run) {
    double const give_up = estima::monotonic_seconds() + patience.seconds();
    while (run.status() != estima::run_status::running && estima::monotonic_seconds() < give_up) ::poll(nullptr, 0, 2);
}

/// Waits for a file by which a script says "now".
inline void wait_for(std::filesystem::path const& file) {
    double const deadline = estima::monotonic_seconds() + patience.seconds();
    while (!std::filesystem::exists(file)) {
        INFO("waiting for " << file);
        REQUIRE(estima::monotonic_seconds() < deadline);
        ::poll(nullptr, 0, 5);
    }
}

/// How many files and folders stand in a folder; none if it is not there.
inline std::size_t entries_in(std::filesystem::path const& folder) {
    namespace fs = std::filesystem;
    return fs::exists(folder) ? static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, {})) : 0;
}

}  // namespace estima_test
