// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace estima::inline v0_1 {

namespace detail {
/// The numbers of "1-3,07-09", each with as many digits as the first of its range; nothing if they are none.
inline std::optional<std::vector<std::string>> numbers_of(std::string_view text) {
    std::vector<std::string> all;
    for (bool more = true; more;) {
        std::string_view const range = text.substr(0, text.find(','));
        more = range.size() < text.size();
        if (more) text.remove_prefix(range.size() + 1);
        std::string_view const first = range.substr(0, range.find('-'));
        std::string_view const last = first.size() < range.size() ? range.substr(first.size() + 1) : first;
        unsigned long low = 0, high = 0;
        auto const read = [](std::string_view digits, unsigned long& number) {
            auto const [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
            return !digits.empty() && code == std::errc{} && end == digits.data() + digits.size();
        };
        if (!read(first, low) || !read(last, high) || high < low || high - low > 1'000'000) return std::nullopt;
        for (unsigned long n = low; n <= high; ++n) {
            std::string digits = std::to_string(n);
            if (digits.size() < first.size()) digits.insert(0, first.size() - digits.size(), '0');
            all.push_back(std::move(digits));
        }
    }
    return all;
}

/// One name with any number of [ranges].
inline std::optional<std::vector<std::string>> names_of(std::string_view text) {
    std::size_t const open = text.find('[');
    if (open == text.npos) return std::vector{std::string{text}};
    std::size_t const close = text.find(']', open);
    if (close == text.npos) return std::nullopt;
    auto const numbers = numbers_of(text.substr(open + 1, close - open - 1));
    auto const rest = names_of(text.substr(close + 1));
    if (!numbers || !rest) return std::nullopt;
    std::vector<std::string> all;
    for (std::string const& number : *numbers)
        for (std::string const& end : *rest) all.push_back(std::string{text.substr(0, open)} + number + end);
    return all;
}
}  // namespace detail

/// The hosts of a list as Slurm writes it, "n[1-3,07],login,r[1-2]c[01-02]", in its order. Nothing if it is none.
inline std::optional<std::vector<std::string>> expand_host_list(std::string_view list) {
    std::vector<std::string> all;
    for (std::size_t begin = 0, depth = 0, i = 0; i <= list.size(); ++i) {
        char const c = i < list.size() ? list[i] : ',';
        if (c == '[') ++depth;
        if (c == ']' && depth > 0) --depth;
        if (c != ',' || (depth > 0 && i < list.size())) continue;
        auto names = detail::names_of(list.substr(begin, i - begin));
        if (!names || names->front().empty()) return std::nullopt;
        std::move(names->begin(), names->end(), std::back_inserter(all));
        begin = i + 1;
    }
    return all;
}

}  // namespace estima::inline v0_1
