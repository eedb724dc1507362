// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/host.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// The cores that this process may use, as mpirun counts them: two hardware threads of one core are one. At least 1.
inline int core_count() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(static_cast<unsigned>(cpu), &allowed)) continue;
        std::string const topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        std::string const core =
            detail::read_proc(topology + "physical_package_id") + detail::read_proc(topology + "core_id");
        cores.insert(core.empty() ? "cpu " + std::to_string(cpu) : core);
    }
    return cores.empty() ? 1 : static_cast<int>(cores.size());
}

/// GPUs that a driver of NVIDIA's shows on this host.
inline int gpu_count() {
    glob_t found{};
    int const code = ::glob("/dev/nvidia[0-9]*", 0, nullptr, &found);
    int const count = code == 0 ? static_cast<int>(found.gl_pathc) : 0;
    ::globfree(&found);
    return count;
}

namespace detail {
inline bool port_is_free(int port) {
    file_descriptor const fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    return fd && ::bind(fd.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
}

/// Ends with 0 if the interpreter that the worker finds can import mpi4py.
inline int probe_mpi4py(run_configuration const& c) {
    auto const& added = c.environment.environment_variables;
    auto const path = added.find("PATH");  // posix_spawnp would look in this process's
    std::string const interpreter =
        find_program(c.environment.python.interpreter_path, path != added.end() ? path->second : program_path());
    std::vector<std::string> argv{interpreter, "-c",
                                  "import importlib.util, sys; sys.exit(importlib.util.find_spec('mpi4py') is None)"};
    std::vector<std::string> variables = environment_with({added.begin(), added.end()});
    std::vector<char*> arguments, environment;
    for (std::string& a : argv) arguments.push_back(a.data());
    for (std::string& v : variables) environment.push_back(v.data());
    arguments.push_back(nullptr);
    environment.push_back(nullptr);

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    for (int const fd : {0, 1, 2}) ::posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    pid_t pid = -1;
    int const refused =
        ::posix_spawn(&pid, interpreter.c_str(), &files, nullptr, arguments.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&files);
    if (refused != 0) return -1;
    // An interpreter on a file system that hangs must not hang the run for ever.
    file_descriptor const ended = open_pidfd(pid);
    pollfd wait_for{ended.get(), POLLIN, 0};
    if (ended && ::poll(&wait_for, 1, 30000) == 0) ::kill(pid, SIGKILL);
    int status = -1;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}
}  // namespace detail

/// Different TCP ports that nobody listens on, outside of the range that the kernel gives to outgoing connections:
/// those could take them before the script does. From 29500 on, PyTorch's own default, where there are none.
inline std::vector<int> free_ports(int count) {
    std::set<int> ports;

    int low = 32768, high = 60999;
    std::sscanf(detail::read_proc("/proc/sys/net/ipv4/ip_local_port_range").c_str(), "%d %d", &low, &high);
    std::pair<int, int> const range = low >= 12000   ? std::pair{10000, low - 1}
                                      : high < 65535 ? std::pair{high + 1, 65535}
                                                     : std::pair{29500, 29500};
    std::random_device random;
    std::uniform_int_distribution<int> any{range.first, range.second};
    auto const wanted = static_cast<std::size_t>(count);
    for (int attempt = 0; attempt < 200 + 10 * count && ports.size() < wanted; ++attempt)
        if (int const port = any(random); detail::port_is_free(port)) ports.insert(port);
    for (int port = 29500; ports.size() < wanted; ++port) ports.insert(port);
    return {ports.begin(), ports.end()};
}

/// Whether the interpreter of this run can import mpi4py. Debian's own is found without starting the interpreter.
inline bool can_import_mpi4py(run_configuration const& c) {
    auto const& variables = c.environment.environment_variables;
    std::string const& interpreter = c.environment.python.interpreter_path;
    bool const is_plain =
        !variables.contains("PATH") && !variables.contains("PYTHONHOME") && !variables.contains("PYTHONPATH");
    if (is_plain && find_program(interpreter).starts_with("/usr/bin/python3") &&
        ::access("/usr/lib/python3/dist-packages/mpi4py/run.py", R_OK) == 0)
        return true;
    return detail::probe_mpi4py(c) == 0;
}

/// What this host offers for a run, in the settings of its launch plan. `port` is chosen by the supervisor.
inline launch_settings settings_of_this_host(run_configuration const& c, std::string launcher, std::string mpirun) {
    launch_settings settings{.launcher = std::move(launcher), .mpirun = std::move(mpirun)};
    if (needs_mpirun(c)) settings.cores = core_count();
    settings.is_root = ::geteuid() == 0;
    settings.has_home = std::getenv("HOME") != nullptr;
    settings.mpi4py_is_available = c.communicator == "Mpi" && c.framework != "Native" && can_import_mpi4py(c);
    return settings;
}

}  // namespace estima::inline v0_1
