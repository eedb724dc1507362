// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/launcher/start_program.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/host.hpp>
#include <estima/system/json.hpp>
#include <estima/system/sha256.hpp>

namespace estima::inline v0_1 {

/// Asks a Python interpreter, beside the script and with the lowest priority, which packages the script finds: the
/// event `environment` of a run's journal. An interpreter that does not tell is no error.
class environment_query {
public:
    /// The interpreter is started in the environment of the script. Nothing is asked if that cannot be.
    environment_query(std::string const& interpreter, std::vector<std::string> environment) noexcept {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        answer_.reset(ends[0]);
        ::fcntl(answer_.get(), F_SETFL, O_NONBLOCK);
        file_descriptor const inner{ends[1]};
        try {
            // Not in the script's folder, whose files could be taken for modules of Python's own.
            pid_ = start_program({.argv = {interpreter, "-c", question},
                                  .environment = std::move(environment),
                                  .directory = "/",
                                  .output = {},
                                  .error_output = "/dev/null",
                                  .output_fd = inner.get()});
            ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid_), 19);
        } catch (std::exception const&) {
            answer_.reset();
        }
    }
    environment_query(environment_query const&) = delete;
    environment_query& operator=(environment_query const&) = delete;
    ~environment_query() { stop(); }

    /// Readable when it is worth to look(); -1 when there is nothing more to come.
    int fd() const noexcept { return answer_.get(); }

    /// The event, when the answer is complete.
    std::optional<json> look() {
        char buffer[16384];
        while (answer_) {
            ssize_t const n = ::read(answer_.get(), buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return {};
            if (n > 0 && text_.size() < most) {
                text_.append(buffer, static_cast<std::size_t>(n));
                continue;
            }
            answer_.reset();
            if (n == 0) return event_from(json::parse(text_, nullptr, false));
        }
        return {};
    }

    /// To be told of each child that was reaped; true if it was this one's.
    bool ended(pid_t pid) noexcept {
        if (pid != pid_) return false;
        pid_ = -1;
        return true;
    }

    /// The script has ended: nothing of this is to live any longer.
    void stop() noexcept {
        answer_.reset();
        if (pid_ <= 0) return;
        ::kill(-pid_, SIGKILL);  // an interpreter may be a script that starts another: its group
        while (::waitpid(-pid_, nullptr, 0) > 0 || errno == EINTR) {  // orphans of it become this process's
        }
        pid_ = -1;
    }

private:
    static constexpr std::size_t most = std::size_t{4} << 20U;
    static constexpr char const* question = R"(
import json, platform, re, sys
packages = {}
try:
    from importlib.metadata import distributions
    for one in distributions():
        name = one.metadata["Name"]
        if name:
            packages.setdefault(re.sub("[-_.]+", "-", name).lower(), one.version or "")
except ImportError:
    pass
sys.stdout.write(json.dumps({"interpreter": sys.executable, "python_version": platform.python_version(), "packages": packages}))
)";

    /// Nothing if it is no answer.
    static std::optional<json> event_from(json const& answer) {
        try {
            std::string const version = answer.at("python_version").get<std::string>();
            std::string all = version + "\n";
            for (auto const& [name, value] : answer.at("packages").items())
                all += name + "==" + value.get<std::string>() + "\n";
            return json{{"event", "environment"},
                        {"host", host_name()},
                        {"interpreter", answer.at("interpreter").get<std::string>()},
                        {"python_version", version},
                        {"packages", answer.at("packages")},
                        {"fingerprint", sha256_hex(all)}};
        } catch (json::exception const&) {
            return {};
        }
    }

    pid_t pid_ = -1;
    file_descriptor answer_{};
    std::string text_{};
};

}  // namespace estima::inline v0_1
