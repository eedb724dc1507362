// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <estima/history/run_definition.hpp>
#include <estima/hosts/attendant.hpp>
#include <estima/hosts/call_supervisor.hpp>
#include <estima/hosts/node_network.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/rank_facts.hpp>
#include <estima/launcher/supervise.hpp>
#include <estima/launcher/worker.hpp>
#include <estima/launcher/worker_front.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline constexpr char const launcher_usage[] =
    "usage: estima-launch supervise [--lock-fd N] [--mpirun PATH] [--foreground] RUN_DIRECTORY\n"
    "       estima-launch worker [--mpi4py] [--rendezvous ADDRESS:PORT]... [--resume-from PATH] [--on-host] "
    "RUN_DIRECTORY\n"
    "       estima-launch attend [--call]\n"
    "       estima-launch --version | --help\n"
    "Leads one run of estima from its directory. Programs that submit start it; see docs/launching.md.\n";

/// The words of a command line, taken one after the other.
class command_line {
public:
    command_line(int argc, char const* const* argv) : words_{argv, argv + argc} {}

    bool is_at_end() const { return place_ >= words_.size(); }
    std::string next(char const* what) {
        if (is_at_end()) wrong(std::string{what} + " is missing");
        return words_[place_++];
    }
    int next_number(char const* what) {
        std::string const word = next(what);
        int number = -1;
        auto const [end, code] = std::from_chars(word.data(), word.data() + word.size(), number);
        if (code != std::errc{} || end != word.data() + word.size() || number < 0) wrong(word + " is no " + what);
        return number;
    }
    [[noreturn]] static void wrong(std::string why) {
        throw error{"EST-402",
                    {.what = "estima-launch cannot do what it was called with",
                     .why = std::move(why),
                     .remedy = "see estima-launch --help"}};
    }

private:
    std::vector<std::string> words_;
    std::size_t place_ = 0;
};

inline std::filesystem::path existing_run(std::string const& word) {
    std::filesystem::path const path = absolute_path(word).lexically_normal();
    std::error_code code;
    if (!std::filesystem::is_directory(path, code)) command_line::wrong(word + " is not a directory");
    return path.has_filename() ? path : path.parent_path();
}

/// The run's name is in the environment that a supervisor is started with, where it is found if it dies. One that was
/// started by hand starts itself again with it.
inline void be_found_by(std::string const& run_id, char* const* argv) {
    char const* const set = std::getenv("ESTIMA_RUN_ID");
    if (set != nullptr && set == run_id) return;
    ::setenv("ESTIMA_RUN_ID", run_id.c_str(), 1);
    ::execv("/proc/self/exe", argv);
}

inline int supervise_command(command_line words, char* const* argv) {
    supervise_options options{.launcher = own_program()};
    while (options.run.empty()) {
        std::string const word = words.next("RUN_DIRECTORY");
        if (word == "--lock-fd")
            options.lock_fd = words.next_number("file descriptor");
        else if (word == "--mpirun")
            options.mpirun = words.next("PATH");
        else if (word == "--foreground")
            options.foreground = true;
        else if (word.starts_with("--"))
            command_line::wrong("unknown option " + word);
        else
            options.run = existing_run(word);
    }
    if (!words.is_at_end()) command_line::wrong("words after the RUN_DIRECTORY");
    be_found_by(run_directory{options.run}.run_id(), argv);
    return supervise(options);
}

inline int worker_command(command_line words) {
    launch_settings settings;
    run_directory run;
    bool is_on_host = false;  // its folder may be another one than the supervisor's
    while (run.path.empty()) {
        std::string const word = words.next("RUN_DIRECTORY");
        if (word == "--on-host") {
            is_on_host = true;
        } else if (word == "--mpi4py") {
            settings.mpi4py_is_available = true;
        } else if (word == "--rendezvous") {
            std::string const place = words.next("ADDRESS:PORT");
            if (place.rfind(':') == std::string::npos) command_line::wrong(place + " is no ADDRESS:PORT");
            settings.rendezvous.push_back(place);
        } else if (word == "--resume-from") {
            settings.resume_from = words.next("PATH");
        } else if (word.starts_with("--")) {
            command_line::wrong("unknown option " + word);
        } else {
            run.path = existing_run(is_on_host ? node_path(word) : word);
        }
    }
    if (::access(clock_offset_file(run.path).c_str(), R_OK) == 0)
        // Before the first look at it.
        ::setenv("ESTIMA_CLOCK_OFFSET", read_file(clock_offset_file(run.path)).c_str(), 1);
    if (!settings.rendezvous.empty() && !settings.rendezvous.front().starts_with("127.")) {
        std::string const& place = settings.rendezvous.front();
        settings.interface = interface_towards(place.substr(0, place.rfind(':')));
    }
    settings.gpus = gpu_count();
    settings.has_visible_gpus = std::getenv("CUDA_VISIBLE_DEVICES") != nullptr;
    run_configuration const c = read_run_definition(run);
    int const rank = rank_from_mpirun(c);
    launch_plan const plan = make_launch_plan(c, run, settings);
    // A script without MPI must not take itself for a rank of it.
    if (c.communicator != "Mpi") remove_variables(plan.removed_variables);
    return run_behind_front([&](pid_t front) {
        worker one{run, rank, front, abort_delay_seconds};
        if (is_parameter_server(c, rank)) one.end_with_workers(c.tensorflow.worker_count);
        return one.run(plan);
    });
}

inline int attend_command(command_line words) {
    if (!words.is_at_end()) {
        if (std::string const word = words.next("an option"); word != "--call") words.wrong("unknown option " + word);
        if (!call_supervisor()) return 1;
    }
    return attendant{}.run();
}
}  // namespace detail

/// All that estima-launch does. The exit code: of `worker` the script's (128 and the number of its signal), of
/// `supervise` 0 when the run has its supervisor (with --foreground: when it is over), 1 if that failed; 2 for a wrong
/// command line.
inline int launcher_main(int argc, char** argv) {
    try {
        detail::command_line words{argc, argv};
        words.next("the program's name");
        std::string const command = words.next("a command");
        if (command == "supervise") return detail::supervise_command(std::move(words), argv);
        if (command == "worker") return detail::worker_command(std::move(words));
        if (command == "attend") return detail::attend_command(std::move(words));
        if (command == "--version") return std::printf("estima-launch %s\n", library_version) < 0;
        if (command == "--help") return std::printf("%s", detail::launcher_usage) < 0;
        detail::command_line::wrong("unknown command " + command);
    } catch (error const& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return e.id() == "EST-402" ? 2 : 1;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "estima-launch: %s\n", e.what());
        return 1;
    }
}

}  // namespace estima::inline v0_1
