// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>

namespace estima::inline v0_1 {

/// Seconds since 1970 (UTC), with the clock's fraction.
inline double epoch_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// ISO 8601 in UTC with microseconds: "2026-01-31T08:05:00.000250Z".
inline std::string utc_text(double seconds_since_epoch) {
    double whole = 0;
    double const fraction = std::modf(seconds_since_epoch, &whole);
    std::time_t const t = static_cast<std::time_t>(whole);
    std::tm parts{};
    ::gmtime_r(&t, &parts);
    char date[32], text[48];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text, sizeof text, "%s.%06dZ", date, static_cast<int>(fraction * 1e6));
    return text;
}

/// The reverse of `utc_text`; 0 for text of another shape.
inline double utc_seconds(std::string const& text) {
    std::tm parts{};
    double seconds = 0;
    int year = 0, month = 0;
    if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%lfZ", &year, &month, &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &seconds) != 6)
        return 0;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    return static_cast<double>(::timegm(&parts)) + seconds;
}

}  // namespace estima::inline v0_1
