// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// Seconds by which this machine's clock is ahead of the one of the machine that leads the run, from
/// $ESTIMA_CLOCK_OFFSET: what is logged on several hosts is told by one clock.
inline double clock_offset() noexcept {
    static double const offset = [] {
        char const* const set = std::getenv("ESTIMA_CLOCK_OFFSET");
        double const value = set != nullptr ? std::strtod(set, nullptr) : 0;
        return std::isfinite(value) && std::abs(value) < 1e9 ? value : 0;
    }();
    return offset;
}

/// A time of a file, in seconds since 1970.
constexpr double seconds_of(timespec const& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Seconds since 1970 (UTC), with the clock's fraction; less clock_offset().
inline double epoch_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return seconds_of(now) - clock_offset();
}

/// Microseconds since 1970 (UTC), rounded down; less clock_offset().
inline std::int64_t epoch_microseconds() noexcept {
    static std::int64_t const ahead = std::llround(clock_offset() * 1e6);
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000 + now.tv_nsec / 1000 - ahead;
}

/// A microsecond that a thread has to itself: all that it times before this is made is earlier, and all that it times
/// after this is gone is later, unless the clock is set back.
class own_microsecond {
public:
    own_microsecond() = default;
    own_microsecond(own_microsecond const&) = delete;
    own_microsecond& operator=(own_microsecond const&) = delete;
    ~own_microsecond() {  // most often at once: writing a line takes longer
        for (int looks = 0; looks < 10'000 && epoch_microseconds() <= time_; ++looks) {
        }
    }
    /// Seconds since 1970.
    double seconds() const noexcept { return static_cast<double>(time_) * 1e-6; }

private:
    std::int64_t time_ = epoch_microseconds() + 1;
};

/// ISO 8601 in UTC with microseconds: "2026-01-31T08:05:00.000250Z".
inline std::string utc_text(double seconds_since_epoch) {
    // To the nearest: a double seldom is the decimal fraction that it was read from.
    double seconds = std::floor(seconds_since_epoch);
    int microseconds = static_cast<int>(std::lround((seconds_since_epoch - seconds) * 1e6));
    if (microseconds == 1'000'000) ++seconds, microseconds = 0;
    std::time_t const t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&t, &parts);
    char date[32], text[48];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text, sizeof text, "%s.%06dZ", date, microseconds);
    return text;
}

namespace detail {
/// The text is exactly as utc_text writes it: digits where digits are, in a year that needs no more than four.
inline bool is_utc_text(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000000Z";
    if (text.size() != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i]) return false;
    return true;
}

/// Days from 1970-01-01, by the proleptic Gregorian calendar; months beyond 12 and days beyond the month's carry on.
constexpr std::int64_t days_since_1970(std::int64_t year, std::int64_t month, std::int64_t day) {
    year += (month - 1) / 12;
    month = (month - 1) % 12 + 1;
    if (month <= 2) --year, month += 12;  // a year from March on ends with its leap day
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 1 - 719468;
}
}  // namespace detail

/// The reverse of `utc_text`; 0 for text of another shape.
inline double utc_seconds(std::string_view view) {
    if (detail::is_utc_text(view) && view.substr(0, 4) != "0000" && view.substr(5, 2) != "00") {
        // By hand: this is done for every line when the journals of a million runs are read.
        auto number = [view](std::size_t at, std::size_t length) {
            std::int64_t value = 0;
            for (char const c : view.substr(at, length)) value = value * 10 + (c - '0');
            return value;
        };
        std::int64_t const days = detail::days_since_1970(number(0, 4), number(5, 2), number(8, 2));
        std::int64_t const whole = days * 86400 + number(11, 2) * 3600 + number(14, 2) * 60;
        double const seconds = static_cast<double>(number(17, 2) * 1'000'000 + number(20, 6)) / 1e6;
        return static_cast<double>(whole) + seconds;
    }
    std::string const text{view};
    std::tm parts{};
    double seconds = 0;
    int year = 0, month = 0;
    if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%lfZ", &year, &month, &parts.tm_mday, &parts.tm_hour, &parts.tm_min,
                    &seconds) != 6)
        return 0;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    return static_cast<double>(::timegm(&parts)) + seconds;
}

}  // namespace estima::inline v0_1
