// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>

#include <estima/history/journal.hpp>
#include <estima/system/host.hpp>
#include <estima/system/process.hpp>
#include <estima/system/sha256.hpp>
#include <estima/workspace/create_run.hpp>
#include <estima/workspace/run.hpp>
#include <estima/workspace/workspace.hpp>

#include "temporary_directory.hpp"

namespace estima_test {

inline void write_file(std::filesystem::path const& file, std::string const& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
}
inline void append_file(std::filesystem::path const& file, std::string const& text) {
    std::ofstream{file, std::ios::binary | std::ios::app} << text;
}

/// A run whose supervisor is played by the test: it holds the lock and writes the journal.
class fake_run {
public:
    explicit fake_run(estima::run_configuration const& configuration = {.script = "train.py"})
        : workspace_{estima::workspace::open(folder_ / "workspace")},
          made_{estima::detail::create_run(workspace_.path(), "digits", configuration, std::string(64, '0'),
                                           "/source")} {}

    estima::workspace const& workspace() const { return workspace_; }
    std::filesystem::path operator/(std::string const& name) const { return folder_ / name; }
    estima::run_directory const& directory() const { return made_.directory; }
    estima::run run() const { return estima::run{made_.directory}; }
    estima::journal journal() const { return estima::journal{made_.directory.journal()}; }

    /// The supervisor that is named in the journal is this process.
    void supervise() {
        journal().append({{"event", "supervisor"},
                          {"pid", ::getpid()},
                          {"start_ticks", estima::process_start_ticks(::getpid())},
                          {"host", estima::host_name()}});
    }
    void status(std::initializer_list<estima::run_status> all) {
        for (estima::run_status const s : all)
            if (!journal().append_status(s))
                throw std::runtime_error{"this status may not follow: " + std::string{to_string(s)}};
    }
    void start() { status({estima::run_status::preparing, estima::run_status::starting, estima::run_status::running}); }
    void complete() {
        status({estima::run_status::finalizing, estima::run_status::completed});
        die();
    }
    void fail(estima::run_error const& error) {
        if (!journal().append_status(estima::run_status::failed, {{"error", to_json(error)}}))
            throw std::runtime_error{"cannot fail now"};
        die();
    }
    /// Lets the lock go, as the end of a supervisor does.
    void die() { made_.lock.reset(); }

    /// Something that the script left in its folder: recorded as an output.
    void output(std::string const& name, std::string const& text) {
        write_file(made_.directory.code() / name, text);
        journal().append(
            {{"event", "artifact"}, {"path", name}, {"bytes", text.size()}, {"sha256", estima::sha256_hex(text)}});
    }
    void print(std::string const& text, int rank = 0) { append_file(made_.directory.rank_stdout(rank), text); }
    void complain(std::string const& text, int rank = 0) { append_file(made_.directory.rank_stderr(rank), text); }

private:
    temporary_directory folder_;
    estima::workspace workspace_;
    estima::detail::created_run made_;
};

}  // namespace estima_test
