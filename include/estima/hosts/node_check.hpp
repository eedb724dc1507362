// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/hosts/node_network.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/snapshot/restore.hpp>
#include <estima/system/command_output.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_tail.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>
#include <estima/system/signals.hpp>
#include <estima/version.hpp>

namespace estima::inline v0_1 {

/// Something that keeps a host from taking part in a run.
struct node_problem {
    std::string why, remedy;
};

namespace detail {
/// What a program prints in the environment of a run, and why that cannot be taken for its answer; its last words on
/// standard error are among the reasons.
inline command_output output_of(std::vector<std::string> argv, run_configuration const& c, int seconds = 20) {
    auto const& added = c.environment.environment_variables;
    char name[] = "/tmp/estima-probe-XXXXXX", errors[] = "/tmp/estima-probe-XXXXXX";
    file_descriptor const file{::mkostemp(name, O_CLOEXEC)}, error_file{::mkostemp(errors, O_CLOEXEC)};
    if (!file || !error_file) return {{}, std::string{"no file can be made in /tmp: "} + std::strerror(errno)};
    command_output said;
    try {
        pid_t const pid = start_program({.argv = std::move(argv),
                                         .environment = environment_with({added.begin(), added.end()}),
                                         .directory = "/",
                                         .output = name,
                                         .error_output = errors});
        file_descriptor const ended = open_pidfd(pid);
        pollfd wait_for{ended.get(), POLLIN, 0};
        bool const is_late = ended && ::poll(&wait_for, 1, seconds * 1000) == 0;
        if (is_late) ::kill(-pid, SIGKILL);
        int status = 0;
        while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        }
        said.text = read_file(name);
        if (is_late)
            said.failure = "it did not end within " + std::to_string(seconds) + " s";
        else if (WIFSIGNALED(status))
            said.failure = "it was ended by " + signal_name(WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
            said.failure = "it ended with exit code " + std::to_string(WEXITSTATUS(status));
        auto const words = last_lines(errors, 1);
        if (!said.failure.empty() && !words.empty()) said.failure += ": " + shown(words.back());
    } catch (error const& e) {
        said.failure = e.text().why.empty() ? e.text().what : e.text().why;
    }
    ::unlink(name);
    ::unlink(errors);
    return said;
}

/// Where a program is for this run: its environment may name another PATH.
inline std::string program_for(run_configuration const& c, std::string const& name) {
    auto const path = c.environment.environment_variables.find("PATH");
    return find_program(name, path != c.environment.environment_variables.end() ? path->second : program_path());
}

/// What stands before each line of module_probe: an interpreter that is set up to say something of its own may do so.
inline constexpr std::string_view no_module = "estima: no module ";

/// Prints those of the modules that it is called with that are not there, a line each, with what was said in the way.
/// The packages around a module ("a" of "a.b") are imported: these are to print nothing in between.
inline constexpr char const* module_probe = R"(import importlib.util, sys
out, sys.stdout = sys.stdout, sys.stderr
for name in sys.argv[1:]:
    why = ""
    try:
        if importlib.util.find_spec(name) is not None: continue
    except ModuleNotFoundError: pass
    except Exception as e: why = ": " + repr(e)
    print("\nestima: no module " + name + why, file=out)
)";

/// What is wrong with the interpreter of a run, if anything: it is not there, does not run, or lacks a module. No
/// seconds: it is not asked.
inline void check_interpreter(run_configuration const& c, std::vector<std::string> const& modules, int seconds,
                              std::vector<node_problem>& problems) {
    std::string const& interpreter = c.environment.python.interpreter_path;
    std::string const path = program_for(c, interpreter);
    if (path.empty())
        return void(problems.push_back(
            {"it has no interpreter " + interpreter, "install it there, or name another by user_managed"}));
    if (seconds == 0) return;
    std::vector<std::string> argv{path, "-c", module_probe};
    argv.insert(argv.end(), modules.begin(), modules.end());
    command_output const missing = output_of(std::move(argv), c, seconds);
    if (!missing.failure.empty())
        problems.push_back({path + " does not say which modules it has: " + missing.failure, "try it there by hand"});
    std::string_view rest = missing.text;
    while (!rest.empty()) {
        std::string_view const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (!line.starts_with(no_module)) continue;
        problems.push_back({path + " has no module " + shown(line.substr(no_module.size())), "install it there"});
    }
}

/// The modules that are asked for, else those that the run's framework stands on.
inline std::vector<std::string> modules_of(run_configuration const& c, bool with_mpi4py,
                                           std::vector<std::string> modules) {
    bool const are_given = !modules.empty();
    if (with_mpi4py) modules.emplace_back("mpi4py");
    if (!are_given && c.framework == "PyTorch") modules.emplace_back("torch");
    if (!are_given && c.framework == "TensorFlow") modules.emplace_back("tensorflow");
    return modules;
}
}  // namespace detail

/// The first line of `mpirun --version`, without which mpirun's daemons do not understand each other; empty if there is
/// no Open MPI.
inline std::string mpi_version_here() {
    std::string const said = detail::output_of({"mpirun", "--version"}, {}).text;
    return said.substr(0, said.find('\n'));
}

/// What a host has to have for a run, said by whoever leads it.
struct node_needs {
    std::string version = library_version;  ///< of estima there
    std::string mpi_version{};  ///< empty: none is needed
    std::string network{};
    bool with_mpi4py = false;
    std::vector<std::string> imports{};  ///< modules
    int interpreter_seconds = 20;        ///< that the interpreter has to say which of them it has
    bool is_alone = false;               ///< no other host would wait in vain: what nothing is asked of is not started
    std::uint64_t bytes = 0;  ///< of the snapshot
};

/// Everything that is wrong with this host for a run. `folder` is where its files come to be; it is made.
inline std::vector<node_problem> problems_of_node(run_configuration const& c, node_needs const& needs,
                                                  std::filesystem::path const& folder) {
    std::vector<node_problem> found;
    auto problem = [&found](std::string why, std::string remedy) {
        found.push_back({std::move(why), std::move(remedy)});
    };
    if (needs.version != library_version)
        problem("its estima-launch is of version " + std::string{library_version} + ", here it is " + needs.version,
                "install the same version on all hosts");
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    struct stat status {};
    struct statvfs space {};
    if (code || ::stat(folder.c_str(), &status) != 0) {
        problem("the folder " + folder.string() + " cannot be made: " + (code ? code.message() : std::strerror(errno)),
                "name another `folder` in the settings of the target");
    } else {
        if (status.st_uid != ::geteuid())
            problem("the folder " + folder.string() + " belongs to another user",
                    "remove it, or name another `folder`");
        else
            ::chmod(folder.c_str(), 0700);
        std::uint64_t const wanted = 2 * needs.bytes + (std::uint64_t{16} << 20U);
        if (::statvfs(folder.c_str(), &space) == 0 && std::uint64_t{space.f_bavail} * space.f_frsize < wanted)
            problem(std::to_string(std::uint64_t{space.f_bavail} * space.f_frsize >> 20U) + " MiB are free in " +
                        folder.string() + ", " + std::to_string(wanted >> 20U) + " MiB are needed",
                    "free space there, or name another `folder`");
    }
    if (!needs.mpi_version.empty()) {
        std::string const version = mpi_version_here();
        if (version.empty() || find_program("orted").empty())
            problem("it has no Open MPI",
                    "install it (Debian: apt-get install openmpi-bin), so that `ssh` finds mpirun and orted in PATH");
        else if (version != needs.mpi_version)
            problem("it has " + version + ", here it is " + needs.mpi_version,
                    "install the same Open MPI on all hosts");
    }
    // Who did not come by ssh, nor was told a network, has nothing to compare.
    if (!interface_for(needs.network) && (!needs.network.empty() || std::getenv("SSH_CONNECTION") != nullptr))
        problem(needs.network.empty() ? "the address that ssh arrived on is on none of its interfaces"
                                      : "none of its interfaces is on " + needs.network,
                "set `network` of the target to the subnet that the hosts share");
    if (c.framework != "Native") {
        auto const modules = detail::modules_of(c, needs.with_mpi4py, needs.imports);
        int const seconds = needs.is_alone && modules.empty() ? 0 : needs.interpreter_seconds;
        detail::check_interpreter(c, modules, seconds, found);
    }
    if (c.communicator == "Nccl" && gpu_count() < c.process_count_per_node())
        problem("it has " + std::to_string(gpu_count()) + " GPUs for " +
                    std::to_string(c.process_count_per_node()) + " processes",
                "take gloo, or hosts with that many GPUs");
    return found;
}

/// What a run has to know of this host: the problems, what it offers, and where it is on the network.
inline json node_facts(run_configuration const& c, node_needs const& needs, std::filesystem::path const& folder,
                       int ports) {
    json problems = json::array();
    for (node_problem const& p : problems_of_node(c, needs, folder))
        problems.push_back({{"why", p.why}, {"remedy", p.remedy}});
    json facts{{"problems", std::move(problems)},
               {"cores", core_count()},
               {"gpus", gpu_count()},
               {"ports", free_ports(ports)},
               {"agent", agent_beside(own_program())}};
    if (auto const i = interface_for(needs.network)) {
        facts["address"] = ipv4_text(i->address);
        facts["network"] = to_string(i->network());
    }
    return facts;
}

}  // namespace estima::inline v0_1
