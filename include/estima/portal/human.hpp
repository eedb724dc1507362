// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include <estima/portal/markup.hpp>
#include <estima/system/clock.hpp>

namespace estima::inline v0_1::portal {

namespace detail {
template <class... Arguments>
std::string printed(char const* format, Arguments... arguments) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format, arguments...);
    return buffer.data();
}
}  // namespace detail

/// "0.21 s", "12.4 s", "3 min 5 s", "1 h 4 min", "2 d 3 h". Empty for what is no length of time.
inline std::string human_duration(double seconds) {
    if (!(seconds >= 0) || seconds > 1e11) return {};
    if (seconds < 0.9995) return detail::printed("%.0f ms", seconds * 1000);
    if (seconds < 9.995) return detail::printed("%.2f s", seconds);
    if (seconds < 59.95) return detail::printed("%.1f s", seconds);
    auto const whole = static_cast<long long>(std::llround(seconds));
    if (whole < 3600) return detail::printed("%lld min %lld s", whole / 60, whole % 60);
    if (whole < 86400) return detail::printed("%lld h %lld min", whole / 3600, whole % 3600 / 60);
    return detail::printed("%lld d %lld h", whole / 86400, whole % 86400 / 3600);
}

/// "812 B", "1.2 MB": decimal units, as in file managers and `ls --si`.
inline std::string human_bytes(std::uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    constexpr std::array<char const*, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
    double size = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; size >= 999.5 && unit + 1 < units.size(); ++unit) size /= 1000;
    return detail::printed(size < 9.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/// A number as a reader wants it: the digits that count, whole numbers whole.
inline std::string human_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "\xE2\x88\x92Infinity";
    double const size = std::abs(value);
    std::string text = value == std::trunc(value) && size < 1e9 ? detail::printed("%.0f", value)
                                                                : detail::printed(size < 1e5 ? "%.5g" : "%.8g", value);
    if (value == 0) text = "0";
    if (std::size_t const plus = text.find('+'); plus != std::string::npos) text.erase(plus, 1);  // "1e+06"
    if (text.front() == '-') text.replace(0, 1, "\xE2\x88\x92");  // a minus sign is as wide as a digit
    return text;
}

/// Whether seconds since 1970 are a time that a calendar can tell.
inline bool is_time(double seconds) { return seconds > 0 && seconds < 253402300800.0; }

/// "2026-01-31T08:05:00Z", or a dash if the time is not known.
inline std::string iso_time(double seconds) {
    return is_time(seconds) ? utc_text(seconds).substr(0, 19) + "Z" : "\xE2\x80\x93";
}

/// A <time> element with the exact time inside it.
inline void append_time(markup& page, double seconds) {
    if (is_time(seconds)) page.html("<time datetime=\"").text(utc_text(seconds)).html("\">");
    page.text(iso_time(seconds));
    if (is_time(seconds)) page.html("</time>");
}

}  // namespace estima::inline v0_1::portal
