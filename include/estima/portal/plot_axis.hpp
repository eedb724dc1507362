// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>

namespace estima::inline v0_1::portal {

/// One axis: its ends and the places of its labels, at 1, 2 or 5 times a power of ten.
struct plot_axis {
    double low = 0, high = 1, step = 1;
    std::vector<double> ticks{};

    /// Where a value stands between the ends, 0 to 1.
    double place(double value) const { return std::clamp((value - low) / (high - low), 0.0, 1.0); }
};

/// An axis for values from `low` to `high` (finite) with about `count` labels. With `round_ends` it ends at labels;
/// with `whole` there are labels at whole numbers only.
inline plot_axis make_axis(double low, double high, int count, bool round_ends, bool whole) {
    constexpr double largest = 1e300;  // so that no difference overflows
    low = std::clamp(low, -largest, largest);
    high = std::clamp(high, -largest, largest);
    // Closer together than digits can tell apart: make room around them.
    double const size = std::max(std::abs(low), std::abs(high));
    double const least = std::max(size * 1e-9, whole ? 1 : 1e-290);
    if (high - low < least) {
        double room = least;
        if (whole)
            room = std::max(0.5, size * 1e-9);
        else if (low == high)
            room = size == 0 ? 1 : std::max(size * 0.1, 1e-290);
        low -= room;
        high += room;
    }
    plot_axis axis;
    double const rough = (high - low) / count;
    double const power = std::pow(10.0, std::floor(std::log10(rough)));
    double const times = rough / power;
    axis.step = power * (times <= 1.0001 ? 1 : times <= 2.0001 ? 2 : times <= 5.0001 ? 5 : 10);
    if (whole) axis.step = std::max(axis.step, 1.0);
    double const fuzz = 1e-6;
    axis.low = round_ends ? std::floor(low / axis.step + fuzz) * axis.step : low;
    axis.high = round_ends ? std::ceil(high / axis.step - fuzz) * axis.step : high;
    double const first = std::ceil(axis.low / axis.step - fuzz);
    for (int i = 0; i <= 3 * count; ++i) {
        double const tick = (first + i) * axis.step;
        if (tick > axis.high + axis.step * fuzz) break;
        axis.ticks.push_back(std::abs(tick) < axis.step * fuzz ? 0 : tick);
    }
    return axis;
}

/// The labels of an axis, all with the same number of digits: "0.25", "1.5k", "2e\u22125".
inline std::vector<std::string> tick_labels(plot_axis const& axis) {
    double const size = std::max(std::abs(axis.low), std::abs(axis.high));
    auto digits = [&axis](double unit) {
        return std::clamp(static_cast<int>(-std::floor(std::log10(axis.step / unit) + 1e-9)), 0, 15);
    };
    struct named_unit {
        double unit;
        char const* name;
    };
    constexpr std::array<named_unit, 5> units{{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}}};
    std::vector<std::string> labels;
    for (double const tick : axis.ticks) {
        std::string label = "0";
        if (size >= 1e15 || size < 1e-3) {
            int const more = static_cast<int>(std::floor(std::log10(size)) - std::floor(std::log10(axis.step) + 1e-9));
            if (tick != 0) label = detail::printed("%.*e", std::clamp(more, 0, 15), tick);
            if (std::size_t const e = label.find('e'); e != std::string::npos) {
                std::string exponent = label.substr(e + 1);
                bool const negative = exponent.front() == '-';
                exponent.erase(0, exponent.find_first_not_of("+-0"));
                label.replace(e, std::string::npos, (negative ? "e-" : "e") + (exponent.empty() ? "0" : exponent));
            }
        } else {
            auto const unit = std::find_if(units.begin(), units.end() - 1, [&](named_unit const& u) {
                return size >= u.unit && (u.unit > 1e3 || size >= 1e4);
            });
            if (tick != 0) label = detail::printed("%.*f", digits(unit->unit), tick / unit->unit) + unit->name;
        }
        if (label.front() == '-') label.replace(0, 1, "\xE2\x88\x92");
        if (std::size_t const e = label.find("e-"); e != std::string::npos) label.replace(e + 1, 1, "\xE2\x88\x92");
        labels.push_back(label);
    }
    return labels;
}

/// How many characters a reader sees.
inline std::size_t visible_length(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace estima::inline v0_1::portal
