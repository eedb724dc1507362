// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <estima/base/edit_distance.hpp>
#include <estima/history/artifacts.hpp>
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

/// "1 file", "2 files"; `many` where an s does not do.
inline std::string counted(std::uint64_t n, std::string_view one, std::string_view many = {}) {
    std::string const text = std::to_string(n) + " ";
    if (n == 1) return text + std::string{one};
    return many.empty() ? text + std::string{one} + "s" : text + std::string{many};
}

/// "did you mean: a, b", or, where no name is like it, what there is behind `there`.
inline std::string names_like(std::string const& name, std::vector<std::string> const& all, std::string const& there) {
    std::vector<std::string> close;
    for (std::string const& one : all)
        if (name.size() < 300 && !name.empty() &&
            (one.find(name) != std::string::npos || edit_distance(one, name) <= 2))
            close.push_back(one);
    return close.empty() ? there + estima::detail::listed(all) : "did you mean: " + estima::detail::listed(close);
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
