// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <estima/system/utf8.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// The lines of a text, each with its newline.
inline std::vector<std::string_view> lines_with_ends(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        std::size_t const end = text.find('\n');
        lines.push_back(text.substr(0, end == std::string_view::npos ? end : end + 1));
        text.remove_prefix(lines.back().size());
    }
    return lines;
}

/// One line of a comparison: of both texts, or of one.
struct diff_line {
    char mark;  // ' ', '-' or '+'
    std::string_view text;
};

/// The shortest way from one text to the other, by Myers' O(ND) algorithm. Where they differ in more than `most` lines,
/// what lies between their common begin and end is told as replaced: right, and not the shortest.
class line_comparison {
public:
    static constexpr std::ptrdiff_t most = 2000;

    line_comparison(std::string_view before, std::string_view after)
        : a_{lines_with_ends(before)}, b_{lines_with_ends(after)} {
        while (begin_ < std::min(a_.size(), b_.size()) && a_[begin_] == b_[begin_]) ++begin_;
        while (end_ < std::min(a_.size(), b_.size()) - begin_ && a_[a_.size() - 1 - end_] == b_[b_.size() - 1 - end_])
            ++end_;
        std::unordered_map<std::string_view, int> numbers;
        auto const number = [&numbers](std::string_view line) {
            return numbers.emplace(line, static_cast<int>(numbers.size())).first->second;
        };
        for (std::size_t i = begin_; i < a_.size() - end_; ++i) x_.push_back(number(a_[i]));
        for (std::size_t i = begin_; i < b_.size() - end_; ++i) y_.push_back(number(b_[i]));
    }

    std::vector<diff_line> lines() {
        std::vector<diff_line> all;
        for (std::size_t i = 0; i < begin_; ++i) all.push_back({' ', a_[i]});
        std::string const marks = way();
        for (std::size_t i = begin_, j = begin_; char const mark : marks) {
            all.push_back({mark, mark == '+' ? b_[j] : a_[i]});
            if (mark != '+') ++i;
            if (mark != '-') ++j;
        }
        for (std::size_t i = a_.size() - end_; i < a_.size(); ++i) all.push_back({' ', a_[i]});
        return all;
    }

private:
    /// A mark for each line of the middle.
    std::string way() const {
        auto const n = static_cast<std::ptrdiff_t>(x_.size()), m = static_cast<std::ptrdiff_t>(y_.size());
        std::vector<std::vector<std::ptrdiff_t>> rounds;  // of each number of changes the furthest x, by diagonal
        std::ptrdiff_t const last = std::min(most, n + m);
        for (std::ptrdiff_t d = 0; d <= last; ++d) {
            std::vector<std::ptrdiff_t> reached(static_cast<std::size_t>(2 * d + 1), 0);
            for (std::ptrdiff_t k = -d; k <= d; k += 2) {
                std::ptrdiff_t x = d == 0 ? 0 : step(rounds.back(), d, k);
                while (x < n && x - k < m && same(x, x - k)) ++x;
                reached[static_cast<std::size_t>(k + d)] = x;
                if (x < n || x - k < m) continue;
                rounds.push_back(std::move(reached));
                return back(rounds, n, m);
            }
            rounds.push_back(std::move(reached));
        }
        return std::string(x_.size(), '-') + std::string(y_.size(), '+');
    }

    bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
        return x_[static_cast<std::size_t>(x)] == y_[static_cast<std::size_t>(y)];
    }
    static std::ptrdiff_t at(std::vector<std::ptrdiff_t> const& round, std::ptrdiff_t d, std::ptrdiff_t k) {
        return round[static_cast<std::size_t>(k + d)];
    }
    /// Whether diagonal k is reached in round d by a line of the second text, from the diagonal above.
    static bool is_added(std::vector<std::ptrdiff_t> const& before, std::ptrdiff_t d, std::ptrdiff_t k) {
        return k == -d || (k != d && at(before, d - 1, k - 1) < at(before, d - 1, k + 1));
    }
    static std::ptrdiff_t step(std::vector<std::ptrdiff_t> const& before, std::ptrdiff_t d, std::ptrdiff_t k) {
        return is_added(before, d, k) ? at(before, d - 1, k + 1) : at(before, d - 1, k - 1) + 1;
    }
    static std::string back(std::vector<std::vector<std::ptrdiff_t>> const& rounds, std::ptrdiff_t x,
                            std::ptrdiff_t y) {
        std::string marks;
        for (auto d = static_cast<std::ptrdiff_t>(rounds.size()) - 1; d > 0; --d) {
            auto const& before = rounds[static_cast<std::size_t>(d - 1)];
            std::ptrdiff_t const k = x - y, start = step(before, d, k);
            marks.append(static_cast<std::size_t>(x - start), ' ');
            bool const added = is_added(before, d, k);
            marks += added ? '+' : '-';
            x = added ? start : start - 1;
            y = x - (added ? k + 1 : k - 1);
        }
        marks.append(static_cast<std::size_t>(x), ' ');
        std::reverse(marks.begin(), marks.end());
        return marks;
    }

    std::vector<std::string_view> a_, b_;
    std::size_t begin_ = 0, end_ = 0;  // how many lines are common there
    std::vector<int> x_{}, y_{};       // the lines between
};

/// "12,3" of a hunk's head: where it begins, and how many lines it has.
inline std::string hunk_range(std::size_t first, std::size_t count) {
    std::string const begin = std::to_string(count == 0 ? first : first + 1);
    return count == 1 ? begin : begin + "," + std::to_string(count);
}

/// A name for the head of a diff: quoted as in C where it has control characters, quotes, backslashes, what is no
/// UTF-8, or a blank at its end, which patch would take for no part of it; followed by a tab where it has other blanks,
/// which tells patch that these are.
inline std::string diff_name(std::string_view name) {
    constexpr std::string_view letters = "\a\b\t\n\v\f\r\"\\", escaped = "abtnvfr\"\\";
    std::string quoted;
    bool is_plain = !name.ends_with(' ');
    for (std::size_t i = 0; i < name.size();) {
        std::size_t const length = estima::utf8_length(name.substr(i)), letter = letters.find(name[i]);
        auto const byte = static_cast<unsigned char>(name[i]);
        if (letter != std::string_view::npos) {
            quoted += {'\\', escaped[letter]};
        } else if (length == 0 || byte < 32 || byte == 127) {
            for (quoted += '\\'; int const shift : {6, 3, 0}) quoted += static_cast<char>('0' + (byte >> shift & 7));
        } else {
            quoted += name.substr(i, length);
            i += length;
            continue;
        }
        is_plain = false;
        ++i;
    }
    if (!is_plain) return '"' + quoted + '"';
    return quoted.find(' ') == std::string::npos ? quoted : quoted + '\t';
}
}  // namespace detail

/// What leads from one text to another, as `diff -u` tells it, with so many lines around each change; empty if nothing
/// does. The names stand in its head, in the form that patch and git read.
inline std::string unified_diff(std::string_view before, std::string_view after, std::string_view name_before,
                                std::string_view name_after, std::size_t context = 3) {
    if (before == after) return {};
    std::vector<detail::diff_line> const lines = detail::line_comparison{before, after}.lines();
    std::string text = "--- " + detail::diff_name(name_before) + "\n+++ " + detail::diff_name(name_after) + "\n";
    std::size_t line_a = 0, line_b = 0;
    for (std::size_t i = 0; i < lines.size();) {
        std::size_t change = i;
        while (change < lines.size() && lines[change].mark == ' ') ++change;
        if (change == lines.size()) break;
        std::size_t const begin = std::max(i, change - std::min(change, context));
        std::size_t end = change;
        for (std::size_t quiet = 0; end < lines.size() && quiet <= 2 * context; ++end)
            quiet = lines[end].mark == ' ' ? quiet + 1 : 0;
        while (end > change && lines[end - 1].mark == ' ') --end;
        end = std::min(lines.size(), end + context);
        line_a += begin - i;  // all of them are common
        line_b += begin - i;
        std::string hunk;
        std::size_t const first_a = line_a, first_b = line_b;
        for (i = begin; i < end; ++i) {
            hunk.append(1, lines[i].mark).append(lines[i].text);
            if (!lines[i].text.ends_with('\n')) hunk += "\n\\ No newline at end of file\n";
            if (lines[i].mark != '+') ++line_a;
            if (lines[i].mark != '-') ++line_b;
        }
        text += "@@ -" + detail::hunk_range(first_a, line_a - first_a) + " +" +
                detail::hunk_range(first_b, line_b - first_b) + " @@\n" + hunk;
    }
    return text;
}

}  // namespace estima::inline v0_1
