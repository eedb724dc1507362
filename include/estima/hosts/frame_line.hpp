// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <estima/base/error.hpp>
#include <estima/hosts/frame.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// An attendant's end of the connection to its supervisor: standard input and output.
class frame_line {
public:
    frame_line() {
        // A connection that is gone is noticed at its ends: this process has to live on, to end the run's others.
        for (int const signal : {SIGPIPE, SIGHUP}) ::signal(signal, SIG_IGN);
        ::fcntl(0, F_SETFL, O_NONBLOCK);
        ::fcntl(1, F_SETFL, O_NONBLOCK);
        out_ = std::string{first_frame_line} + "\n";
    }

    bool is_open() const { return is_open_; }
    double heard() const { return heard_; }  ///< when something came last, by monotonic_seconds()
    bool has_waiting() const { return !out_.empty(); }
    /// Bytes that may be added before the connection has taken some.
    std::size_t room() const { return out_.size() < most_waiting ? most_waiting - out_.size() : 0; }

    void say(json head, std::string_view body = {}) { add(frame_text(std::move(head), body)); }
    void add(std::string_view frame) { out_ += frame; }

    /// Calls `obey` for each frame that has come. What it throws is told.
    template <class Obey>
    void read(Obey const& obey) {
        char buffer[65536];
        for (;;) {
            ssize_t const n = ::read(0, buffer, sizeof buffer);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
            if (n <= 0) {
                is_open_ = false;
                return;
            }
            heard_ = monotonic_seconds();
            in_.take({buffer, static_cast<std::size_t>(n)});
        }
        for (std::optional<frame> message;;) {
            try {
                message = in_.next();
                if (!message) return;
                obey(*message);
            } catch (error const& e) {
                run_error const told = to_run_error(e);
                if (!message) is_open_ = false;  // what comes now cannot be understood either
                if (!message) return;
                say({{"say", "failed"}, {"id", told.id}, {"message", told.message}});
            } catch (std::exception const& e) {
                say({{"say", "failed"}, {"id", "EST-429"}, {"message", e.what()}});
            }
        }
    }

    /// As much as the connection takes at once.
    void flush() {
        while (!out_.empty()) {
            ssize_t const n = ::write(1, out_.data(), out_.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) is_open_ = false;
            if (n <= 0) return;
            out_.erase(0, static_cast<std::size_t>(n));
        }
    }
    /// All of it, however long it takes.
    void flush_all() {
        ::fcntl(1, F_SETFL, 0);
        flush();
        ::fcntl(1, F_SETFL, O_NONBLOCK);
    }

    /// Does what takes long, and says from time to time that this process lives.
    template <class Work>
    void while_beating(Work const& work) {
        flush_all();
        file_descriptor const is_over{::eventfd(0, EFD_CLOEXEC)};
        std::thread beats{[&is_over] {
            std::string const beat = frame_text({{"say", "beat"}});
            for (pollfd over{is_over.get(), POLLIN, 0}; ::poll(&over, 1, 1000) == 0;)
                (void)!::write(1, beat.data(), beat.size());  // shorter than a pipe: whole or not at all
        }};
        auto const end = [&] {
            std::uint64_t const one = 1;
            (void)!::write(is_over.get(), &one, sizeof one);
            beats.join();
            heard_ = monotonic_seconds();  // what came meanwhile is still to be read
        };
        try {
            work();
        } catch (...) {
            end();
            throw;
        }
        end();
    }

private:
    static constexpr std::size_t most_waiting = 4 * largest_frame_body;

    frame_reader in_{true};
    std::string out_{};
    bool is_open_ = true;
    double heard_ = monotonic_seconds();
};

}  // namespace estima::inline v0_1
