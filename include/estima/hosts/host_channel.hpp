// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/hosts/frame.hpp>
#include <estima/hosts/ssh_session.hpp>
#include <estima/launcher/run_environment.hpp>
#include <estima/launcher/start_program.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// The way to the attendant on one host: an ssh with a pipe at either side, or a connection that it has made.
class host_channel {
public:
    host_channel(std::string host, std::string log) : host_{std::move(host)}, log_{std::move(log)} {}
    host_channel(host_channel const&) = delete;
    host_channel& operator=(host_channel const&) = delete;
    ~host_channel() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
    }

    /// EST-406, EST-410 where ssh cannot be started.
    void open(std::vector<std::string> argv) {
        int to[2], from[2];
        if (::pipe2(to, O_CLOEXEC) != 0) throw_no_pipe();
        file_descriptor const read_end{to[0]};
        to_.reset(to[1]);
        if (::pipe2(from, O_CLOEXEC) != 0) throw_no_pipe();
        file_descriptor const write_end{from[1]};
        from_.reset(from[0]);
        ::fcntl(to_.get(), F_SETFL, O_NONBLOCK);
        ::fcntl(from_.get(), F_SETFL, O_NONBLOCK);
        log_begin_ = size_of_log();
        pid_ = start_program({.argv = std::move(argv),
                              .environment = environment_with({}),
                              .directory = "/",
                              .output = log_,
                              .error_output = log_,
                              .input_fd = read_end.get(),
                              .output_fd = write_end.get()});
        reader_ = frame_reader{false};
        out_.clear();
        heard_ = monotonic_seconds();
        is_new_ = true;
    }
    /// Its attendant is started by others: it calls, or something is said of it.
    void await() {
        log_begin_ = size_of_log();
        heard_ = monotonic_seconds();
    }
    void take(file_descriptor connection) {
        to_.reset(::fcntl(connection.get(), F_DUPFD_CLOEXEC, 3));
        from_ = std::move(connection);
        heard_ = monotonic_seconds();
        is_new_ = true;
    }
    void note(std::vector<std::string> const& lines) const {
        std::ofstream log{log_, std::ios::app};
        for (std::string const& line : lines) log << line << '\n';
    }
    /// True once after each open() or take().
    bool was_opened() { return std::exchange(is_new_, false); }

    std::string const& host() const { return host_; }
    pid_t pid() const { return pid_; }
    int out_fd() const { return from_.get(); }  ///< to be read
    int in_fd() const { return to_.get(); }     ///< to be written
    bool is_open() const { return static_cast<bool>(from_); }
    bool has_waiting() const { return !out_.empty(); }
    std::size_t waiting() const { return out_.size(); }
    double heard() const { return heard_; }  ///< when something came last, by monotonic_seconds()

    void say(json head, std::string_view body = {}) {
        if (!to_) return;
        out_ += frame_text(std::move(head), body);
        flush();
    }
    void flush() {
        while (to_ && !out_.empty()) {
            ssize_t const n = ::write(to_.get(), out_.data(), out_.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno != EAGAIN) {
                to_.reset();
                out_.clear();
            }
            if (n <= 0) return;
            out_.erase(0, static_cast<std::size_t>(n));
        }
    }

    /// What came, frame by frame; afterwards is_open() tells whether more can come. EST-729.
    template <class Take>
    void read(Take const& take) {
        char buffer[65536];
        for (int i = 0; i < 64 && from_; ++i) {  // another host's turn comes too
            ssize_t const n = ::read(from_.get(), buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) break;
            if (n <= 0) {
                from_.reset();
                break;
            }
            heard_ = monotonic_seconds();
            reader_.take({buffer, static_cast<std::size_t>(n)});
        }
        while (auto const one = reader_.next()) take(*one);
    }

    /// At once.
    void cut() {
        to_.reset();
        from_.reset();
        out_.clear();
        if (pid_ > 0) ::kill(pid_, SIGKILL);
    }
    void reaped() { pid_ = -1; }

    /// What ssh and the host's shell said on standard error since open().
    std::vector<std::string> said() const {
        std::vector<std::string> lines;
        std::string const text = size_of_log() > log_begin_ ? read_file(log_).substr(log_begin_) : "";
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            std::size_t const end = text.find('\n', at);
            std::string line = text.substr(at, std::min(end, at + 500) - at);
            if (line.ends_with('\r')) line.pop_back();
            lines.push_back(shown(line));
            if (end == std::string::npos) break;
        }
        return lines;
    }

private:
    [[noreturn]] static void throw_no_pipe() {
        throw error{"EST-406", {.what = "cannot make a pipe", .why = std::strerror(errno)}};
    }
    std::size_t size_of_log() const {
        std::error_code code;
        auto const size = std::filesystem::file_size(log_, code);
        return code ? 0 : static_cast<std::size_t>(size);
    }

    std::string host_, log_;
    pid_t pid_ = -1;
    file_descriptor to_{}, from_{};
    frame_reader reader_{false};
    std::string out_{};
    double heard_ = 0;
    bool is_new_ = false;
    std::size_t log_begin_ = 0;
};

}  // namespace estima::inline v0_1
