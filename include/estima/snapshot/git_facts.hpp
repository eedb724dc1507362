// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/process_tree.hpp>

namespace estima::inline v0_1 {

/// What git knows of a source directory. A fact that is not known is absent.
struct git_facts {
    std::optional<std::string> repository_uri{};  ///< where the branch, or else origin, is fetched from; no credentials
    std::optional<std::string> branch{};          ///< absent if the head is detached
    std::optional<std::string> commit{};          ///< absent before the first commit
    std::optional<bool> dirty{};                  ///< something in the source directory differs from the commit

    /// Under Azure's seven names. `dirty` is the text "True" or "False", as there.
    std::map<std::string, std::string> properties() const {
        std::map<std::string, std::string> result;
        auto both = [&](std::optional<std::string> const& value, char const* azure, char const* mlflow) {
            if (value) result[azure] = result[mlflow] = *value;
        };
        both(repository_uri, "azureml.git.repository_uri", "mlflow.source.git.repoURL");
        both(branch, "azureml.git.branch", "mlflow.source.git.branch");
        both(commit, "azureml.git.commit", "mlflow.source.git.commit");
        if (dirty) result["azureml.git.dirty"] = *dirty ? "True" : "False";
        return result;
    }
};

/// A repository's address without what could be a secret: user and password (of ssh the password only: its user name is
/// part of the address), query and fragment. Nothing for an address that is a command to run ("ext::...").
inline std::optional<std::string> without_credentials(std::string_view url) {
    std::size_t const scheme = url.find("://");
    if (url.find("::") < scheme) return {};
    if (scheme == url.npos) return std::string{url};  // a path, or "git@host:path", which holds no password
    std::size_t const host = scheme + 3;
    std::string_view const protocol = url.substr(0, scheme);
    bool const ssh = protocol == "ssh" || protocol == "git+ssh" || protocol == "ssh+git";
    url = url.substr(0, url.find_first_of("?#", host));
    std::string_view authority = url.substr(host, url.find('/', host) - host);
    std::string_view const path = url.substr(host + authority.size());
    std::string user;
    if (std::size_t const at = authority.rfind('@'); at != authority.npos) {
        if (ssh) user = std::string{authority.substr(0, std::min(at, authority.find(':')))} + '@';
        authority.remove_prefix(at + 1);
    }
    return std::string{url.substr(0, host)} + user + std::string{authority} + std::string{path};
}

/// Asks git about a source directory while other work goes on: the constructor starts git and does not wait for it.
/// Starting two processes takes milliseconds all the same, so do it once the run itself is on its way.
/// Without a `.git` in the directory or above it, no process is started. Whatever git refuses (no git installed, a
/// repository of somebody else) leads to fewer facts, never to an error.
class git_query {
public:
    explicit git_query(std::filesystem::path const& source_directory) {
        std::error_code code;
        std::filesystem::path const directory = std::filesystem::canonical(source_directory, code);
        if (code || !in_repository(directory)) return;
        status_ = start({"git", "-C", directory.string(), "--no-optional-locks", "-c", "core.fsmonitor=false", "status",
                         "--porcelain=v2", "--branch", "--no-ahead-behind", "--", "."});
        if (status_.pid > 0) remote_ = start({"git", "-C", directory.string(), "ls-remote", "--get-url"});
    }
    git_query(git_query const&) = delete;
    git_query& operator=(git_query const&) = delete;
    ~git_query() {
        stop(status_);
        stop(remote_);
    }

    /// Seconds; git answers in milliseconds, or hangs on a file system that is gone.
    static constexpr double patience = 3;

    /// Waits for git, at most `seconds` in all, then does without. To be called once; later calls give nothing.
    git_facts facts(double seconds = patience) {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        std::int64_t const deadline = milliseconds(now) + static_cast<std::int64_t>(seconds * 1000);
        git_facts result;
        auto const status = finish(status_, deadline);
        auto const remote = finish(remote_, deadline);
        if (!status) return result;
        result.dirty = false;
        for (std::string_view rest{*status}; !rest.empty();) {
            std::string_view const line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(rest.size(), line.size() + 1));
            auto value = [&](std::string_view name, std::string_view unknown) -> std::optional<std::string> {
                if (!line.starts_with(name) || line.substr(name.size()) == unknown) return {};
                return std::string{line.substr(name.size())};
            };
            if (!line.starts_with("# ")) result.dirty = true;
            if (auto commit = value("# branch.oid ", "(initial)")) result.commit = std::move(commit);
            if (auto branch = value("# branch.head ", "(detached)")) result.branch = std::move(branch);
        }
        if (remote && !remote->empty())
            result.repository_uri = without_credentials(remote->substr(0, remote->find('\n')));
        return result;
    }
    std::map<std::string, std::string> properties() { return facts().properties(); }

private:
    struct child {
        pid_t pid = -1;
        file_descriptor output{};
    };

    static bool in_repository(std::filesystem::path directory) {
        for (;; directory = directory.parent_path()) {
            struct stat status {};
            if (::lstat((directory / ".git").c_str(), &status) == 0) return true;
            if (directory == directory.parent_path()) return false;
        }
    }

    static std::int64_t milliseconds(timespec const& t) {
        return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
    }

    // The environment of a git hook would make git look at another repository.
    static std::vector<char*> environment() {
        std::vector<char*> result;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            std::string_view const name = std::string_view{*variable}.substr(0, std::string_view{*variable}.find('='));
            bool hook = false;
            for (char const* const one : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR",
                                          "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"})
                hook = hook || name == one;
            if (!hook) result.push_back(*variable);
        }
        result.push_back(nullptr);
        return result;
    }

    static child start(std::vector<std::string> arguments) {
        child result;
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return result;
        file_descriptor read_end{ends[0]}, write_end{ends[1]};
        // dup2 of a descriptor onto itself would leave it close-on-exec.
        if (write_end.get() <= 2) {
            file_descriptor higher{::fcntl(write_end.get(), F_DUPFD_CLOEXEC, 3)};
            if (!higher) return result;
            write_end = std::move(higher);
        }
        std::vector<char*> argv;
        for (auto& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
        ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        if (::posix_spawnp(&result.pid, "git", &actions, &attributes, argv.data(), environment().data()) != 0)
            result.pid = -1;
        else
            result.output = std::move(read_end);
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
        return result;
    }

    static int poll_until(int fd, std::int64_t deadline) {
        for (;;) {
            timespec now{};
            ::clock_gettime(CLOCK_MONOTONIC, &now);
            pollfd waiting{fd, POLLIN, 0};
            std::int64_t const left = std::max<std::int64_t>(deadline - milliseconds(now), 0);
            int const ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 1'000'000)));
            if (ready >= 0 || errno != EINTR) return ready;
        }
    }

    // What it wrote, if it ended well and in time.
    static std::optional<std::string> finish(child& process, std::int64_t deadline) {
        if (process.pid <= 0) return {};
        std::string text;
        for (char buffer[16384];;) {
            int const ready = poll_until(process.output.get(), deadline);
            ssize_t const n = ready > 0 ? ::read(process.output.get(), buffer, sizeof buffer) : -1;
            if (n < 0 && ready > 0 && errno == EINTR) continue;
            if (n < 0) {
                stop(process);
                return {};
            }
            if (n == 0) break;
            if (text.size() < 65536) text.append(buffer, static_cast<std::size_t>(n));  // the start tells all
        }
        // It may hang after it closed its output. Kernels before 5.3 have no such descriptor.
        if (file_descriptor const end = open_pidfd(process.pid); end && poll_until(end.get(), deadline) == 0) {
            stop(process);
            return {};
        }
        int status = 0;
        pid_t ended = 0;
        do ended = ::waitpid(process.pid, &status, 0);
        while (ended < 0 && errno == EINTR);
        bool const well = ended < 0 ? !text.empty()  // SIGCHLD is ignored: nobody kept the exit code
                                    : WIFEXITED(status) && WEXITSTATUS(status) == 0;
        process = child{};
        if (!well) return {};
        return text;
    }

    static void stop(child& process) {
        if (process.pid <= 0) return;
        siginfo_t state{};
        // Where SIGCHLD is ignored, a child that ended is forgotten, and its number may mean another process by now.
        if (::waitid(P_PID, static_cast<id_t>(process.pid), &state, WEXITED | WNOHANG | WNOWAIT) == 0)
            ::kill(process.pid, SIGKILL);
        while (::waitpid(process.pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        process = child{};
    }

    child status_{}, remote_{};
};

}  // namespace estima::inline v0_1
