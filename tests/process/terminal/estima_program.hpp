// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <estima/launcher/find_launcher.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>
#include <estima/system/files.hpp>

#include <support/temporary_directory.hpp>

namespace estima_test {

/// Where the program writes.
enum class seen_through { pipe, terminal };

/// The program `estima`, started as from a shell: its output through a pipe, or on a pseudo-terminal of 80 columns,
/// where its errors stand too.
class estima_program {
public:
    explicit estima_program(std::vector<std::string> const& words, seen_through how = seen_through::pipe)
        : estima_program{program(), words, how} {}

    /// Another program, to the same ends.
    estima_program(std::string const& path, std::vector<std::string> const& words, seen_through how) {
        int ends[2];
        winsize size{};
        size.ws_col = 80;
        size.ws_row = 24;
        bool const is_terminal = how == seen_through::terminal;
        if ((is_terminal ? ::openpty(&ends[0], &ends[1], nullptr, nullptr, &size) : ::pipe(ends)) != 0)
            throw std::runtime_error{"no pipe or pseudo-terminal"};
        output_.reset(ends[0]);
        estima::file_descriptor inner{ends[1]};
        estima::file_descriptor err{::open(err_file().c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600)};
        pid_ = ::fork();
        if (pid_ == 0) {
            if (is_terminal) ::setsid(), ::ioctl(inner.get(), TIOCSCTTY, 0), ::dup2(inner.get(), 0);
            ::dup2(inner.get(), 1);
            ::dup2(is_terminal ? inner.get() : err.get(), 2);
            for (int fd = 3; fd < 64; ++fd) ::close(fd);
            // Who is somebody else for a while only would not be seen through: by the leak sanitizer, by a debugger.
            if (::geteuid() != ::getuid() && ::setresuid(::geteuid(), ::geteuid(), ::geteuid()) != 0) ::_exit(126);
            std::vector<char*> argv{const_cast<char*>(path.c_str())};
            for (std::string const& word : words) argv.push_back(const_cast<char*>(word.c_str()));
            argv.push_back(nullptr);
            ::execv(path.c_str(), argv.data());
            ::_exit(127);
        }
    }
    estima_program(estima_program const&) = delete;
    estima_program& operator=(estima_program const&) = delete;
    ~estima_program() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
        status();
    }

    /// Reads until the text was seen, or the program's output ended.
    bool says(std::string const& text) {
        while (out_.find(text) == std::string::npos)
            if (!read_some()) return false;
        return true;
    }
    /// As if it was typed at the terminal.
    void type(std::string const& keys) { estima::write_all(output_.get(), keys); }
    void close_output() { output_.reset(); }

    /// All that it writes to its output until it ends.
    std::string const& out() {
        while (output_ && read_some()) {
        }
        return out_;
    }
    std::string err() {
        status();
        return estima::read_file(err_file());
    }
    /// Its exit code; 128 and the number of the signal that ended it.
    int code() {
        out();
        int const s = status();
        return WIFEXITED(s) ? WEXITSTATUS(s) : 128 + WTERMSIG(s);
    }

    /// As the build puts it: <build>/bin/estima, and the launcher is <build>/libexec/estima/estima-launch.
    static std::string program() {
        std::filesystem::path const build = std::filesystem::path{estima::find_launcher()}.parent_path() / "../..";
        return (build / "bin/estima").lexically_normal().string();
    }

private:
    std::string err_file() const { return (folder_ / "err").string(); }

    bool read_some() {
        pollfd one{output_.get(), POLLIN, 0};
        if (::poll(&one, 1, 100'000) <= 0) throw std::runtime_error{"the program says nothing:\n" + out_};
        char buffer[65536];
        ssize_t n = 0;
        do n = ::read(output_.get(), buffer, sizeof buffer);
        while (n < 0 && errno == EINTR);
        if (n > 0) out_.append(buffer, static_cast<std::size_t>(n));
        return n > 0;  // a terminal that nobody writes to any more says EIO
    }
    int status() {
        if (pid_ > 0)
            while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
            }
        pid_ = -1;
        return status_;
    }

    temporary_directory folder_;
    estima::file_descriptor output_;
    std::string out_;
    pid_t pid_ = -1;
    int status_ = -1;
};

}  // namespace estima_test
