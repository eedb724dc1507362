// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace estima::inline v0_1 {

namespace detail {
/// A number of up to nine digits; nothing for all else.
inline std::optional<std::int64_t> natural_number(std::string_view text) {
    if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
    std::int64_t value = 0;
    for (char const c : text) value = value * 10 + (c - '0');
    return value;
}

inline std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        parts.push_back(text.substr(0, text.find(at)));
        if (parts.back().size() == text.size()) return parts;
        text.remove_prefix(parts.back().size() + 1);
    }
}
}  // namespace detail

/// Minutes, begun ones in full, of a time as sbatch takes it: "30" (minutes), "30:00", "4:00:00", "2-12", "2-12:30",
/// "2-12:30:00". Nothing for all else.
inline std::optional<int> slurm_minutes(std::string_view text) {
    std::int64_t days = 0;
    std::size_t const dash = text.find('-');
    bool const has_days = dash != std::string_view::npos;
    if (has_days) {
        auto const number = detail::natural_number(text.substr(0, dash));
        if (!number) return {};
        days = *number;
        text.remove_prefix(dash + 1);
    }
    std::vector<std::int64_t> parts;
    for (std::string_view const part : detail::split(text, ':')) {
        auto const number = detail::natural_number(part);
        if (!number) return {};
        parts.push_back(*number);
    }
    if (parts.size() > 3) return {};
    // With days hours come first; else one part is minutes, two are minutes and seconds.
    if (!has_days && parts.size() < 3) parts.insert(parts.begin(), 0);
    parts.resize(3);
    std::int64_t const seconds = days * 86400 + parts[0] * 3600 + parts[1] * 60 + parts[2];
    std::int64_t const minutes = (seconds + 59) / 60;
    if (minutes < 1 || minutes > 100'000'000) return {};
    return static_cast<int>(minutes);
}

/// MB of a size as sbatch takes it: "4000" (MB), "500M", "16G", "1T". Nothing for all else.
inline std::optional<std::int64_t> slurm_megabytes(std::string_view text) {
    std::int64_t factor = 1;
    if (!text.empty()) {
        char const unit = text.back();
        factor = unit == 'G' || unit == 'g' ? 1024 : unit == 'T' || unit == 't' ? 1024 * 1024 : 1;
        if (factor > 1 || unit == 'M' || unit == 'm') text.remove_suffix(1);
    }
    auto const number = detail::natural_number(text);
    if (!number || *number == 0) return {};
    return *number * factor;
}

/// The tasks of an array as Slurm writes those that wait: "3-9", "0,5-7%2", "1-9:4". Not more than a million.
inline std::vector<int> slurm_tasks(std::string_view text) {
    std::vector<int> tasks;
    text = text.substr(0, text.find('%'));
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    for (std::string_view const part : detail::split(text, ',')) {
        std::string_view const range = part.substr(0, part.find(':'));
        auto const step = range.size() == part.size() ? 1 : detail::natural_number(part.substr(range.size() + 1));
        auto const first = detail::natural_number(range.substr(0, range.find('-')));
        auto const last = range.find('-') == std::string_view::npos
                              ? first
                              : detail::natural_number(range.substr(range.find('-') + 1));
        if (!first || !last || !step || *step == 0) continue;  // "..." where Slurm cut a long list
        for (std::int64_t task = *first; task <= *last && tasks.size() < 1'000'000; task += *step)
            tasks.push_back(static_cast<int>(task));
    }
    return tasks;
}

}  // namespace estima::inline v0_1
