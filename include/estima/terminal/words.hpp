// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>

#include <string>

#include <estima/history/status.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// "2026-01-31 08:05:00" in the time zone of this program ($TZ); empty if the time is not known.
inline std::string local_time(double seconds) {
    if (!portal::is_time(seconds)) return {};
    auto const t = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::localtime_r(&t, &parts);
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts));
}

/// The colour of a status.
constexpr tone tone_of(run_status s) {
    switch (s) {
        case run_status::completed:
            return tone::good;
        case run_status::failed:
        case run_status::not_responding:
            return tone::bad;
        case run_status::canceled:
            return tone::soft;
        default:
            return tone::busy;
    }
}

}  // namespace estima::inline v0_1::terminal
