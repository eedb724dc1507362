// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <estima/portal/human.hpp>
#include <estima/system/event_loop.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// A line on standard error, where that is a terminal, that tells how far a long work is, and is gone when the work is
/// over: "[########........]  52 %  1.2 GB of 2.4 GB  outputs/model"; where the total is not known (0), "1.2 GB  read".
/// After two seconds it tells how fast that goes, and how long it will take: "120 MB/s, 10 s left". A narrow terminal
/// gets the numbers without the bar. What is counted is bytes, or what `unit` says: "520 of 1000 runs". It comes after
/// `patience` seconds, and is drawn ten times a second at most.
class progress_bar {
public:
    explicit progress_bar(screen const& on, std::string const& unit = {}, double patience = 0)
        : on_{on}, unit_{unit.empty() ? unit : " " + unit}, patience_{patience}, drawn_{monotonic_seconds()} {}
    progress_bar(progress_bar const&) = delete;
    progress_bar& operator=(progress_bar const&) = delete;
    ~progress_bar() {
        if (is_drawn_) *on_.err << "\r\x1B[K" << std::flush;
    }

    /// So many of those are done; `what` is being worked on.
    void show(std::uint64_t done, std::uint64_t total, std::string_view what) {
        double const now = monotonic_seconds();
        if (!begin_) begin_ = {now, done};  // what an earlier download left is there already
        if (!on_.live || now - drawn_ < (is_drawn_ ? 0.1 : patience_)) return;
        drawn_ = now;
        is_drawn_ = true;
        double const seconds = now - begin_->seconds;
        bool const is_known = seconds > 2 && done > begin_->done;
        double const rate = is_known ? static_cast<double>(done - begin_->done) / seconds : 0;
        *on_.err << '\r' << line(done, total, what, rate) << "\x1B[K" << std::flush;
    }

    /// What it looks like: one column less than the terminal has, so that the cursor stays in the line. `rate` is how
    /// many of those are done in a second; 0: not known.
    std::string line(std::uint64_t done, std::uint64_t total, std::string_view what, double rate = 0) const {
        std::size_t const room = on_.live_width - std::min<std::size_t>(on_.live_width, 1);
        std::string const speed = rate > 0 ? "  " + amount(static_cast<std::uint64_t>(rate)) + unit_ + "/s" : "";
        if (total == 0) return fitted(amount(done) + unit_ + speed + "  " + on_.safe(what), room, on_.cut_mark());
        constexpr std::size_t blocks = 24;
        double const part = std::min(static_cast<double>(done) / static_cast<double>(total), 1.0);
        auto const full = static_cast<std::size_t>(part * blocks);
        std::string const bar = "[" + std::string(full, '#') + std::string(blocks - full, '.') + "] ";
        std::string const percent = std::to_string(static_cast<int>(part * 100));
        std::string text(3 - std::min<std::size_t>(percent.size(), 3), ' ');
        text.append(percent).append(" %  ").append(amount(done)).append(" of ").append(amount(total)).append(unit_);
        text += speed + left(done, total, rate);
        bool const has_bar = bar.size() + display_width(text) <= room;
        return fitted((has_bar ? bar : "") + text + "  " + on_.safe(what), room, on_.cut_mark());
    }

private:
    struct beginning {
        double seconds;
        std::uint64_t done;
    };

    /// ", 12 s left".
    static std::string left(std::uint64_t done, std::uint64_t total, double rate) {
        if (rate <= 0 || done >= total) return {};
        double const seconds = std::ceil(static_cast<double>(total - done) / rate);
        std::string const text =
            seconds < 60 ? std::to_string(static_cast<int>(seconds)) + " s" : portal::human_duration(seconds);
        return text.empty() ? text : ", " + text + " left";
    }
    std::string amount(std::uint64_t n) const { return unit_.empty() ? portal::human_bytes(n) : std::to_string(n); }

    screen const& on_;
    std::string unit_;
    double patience_, drawn_;
    std::optional<beginning> begin_;
    bool is_drawn_ = false;
};

}  // namespace estima::inline v0_1::terminal
