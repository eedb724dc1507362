// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <estima/portal/human.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// A line on standard error, where that is a terminal, about work that does not say how far it is: what is done, and
/// for how long. It comes after half a second, and is gone when the work is over.
class working_line {
public:
    working_line(screen const& on, std::string what) : on_{on}, what_{std::move(what)} {
        if (on.live) thread_ = std::jthread{[this](std::stop_token const& stop) { draw(stop); }};
    }
    working_line(working_line const&) = delete;
    working_line& operator=(working_line const&) = delete;
    ~working_line() {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        thread_.join();
        if (is_drawn_) *on_.err << "\r\x1B[K" << std::flush;
    }

private:
    void draw(std::stop_token const& stop) {
        double const begin = monotonic_seconds();
        std::mutex mutex;
        std::unique_lock lock{mutex};
        std::condition_variable_any never;
        for (;;) {
            never.wait_for(lock, stop, std::chrono::milliseconds{500}, [] { return false; });
            if (stop.stop_requested()) return;
            std::string const time = portal::human_duration(monotonic_seconds() - begin);
            *on_.err << '\r' << fitted(what_ + "  " + time, on_.live_width - 1, on_.cut_mark()) << "\x1B[K"
                     << std::flush;
            is_drawn_ = true;
        }
    }

    screen const& on_;
    std::string what_;
    bool is_drawn_ = false;  // of the thread, until it is joined
    std::jthread thread_;
};

}  // namespace estima::inline v0_1::terminal
