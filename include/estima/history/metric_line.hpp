// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <estima/system/json.hpp>
#include <estima/system/json_words.hpp>
#include <estima/system/torn_line.hpp>

namespace estima::inline v0_1 {

/// Column name and cell, in the order in which the script wrote them.
using metric_table_row = std::vector<std::pair<std::string, std::variant<double, std::string>>>;

/// What a line with a `type` holds: a chart, an image, a text, or whatever else a program says it is.
struct metric_document {
    std::string type;  ///< "confusion_matrix", "image", ...
    std::string json;  ///< the value as it was written: valid JSON, NaN and the infinities texts
};

/// What one line of a metrics file holds: a number, a list of numbers, a row of a table, or a document.
using metric_line_value = std::variant<double, std::vector<double>, metric_table_row, metric_document>;

/// One line of a metrics file. Texts are as the script wrote them: not necessarily UTF-8.
struct metric_line {
    std::string name;  ///< not empty
    metric_line_value value;
    std::optional<std::int64_t> step{};
    std::optional<double> time{};  ///< seconds since 1970
};

namespace detail {
/// Reads one line by hand: a page that follows a run reads millions of them again and again, and Python's own
/// json.dumps writes bare NaN and Infinity, which a strict parser refuses.
class metric_line_reader {
public:
    explicit metric_line_reader(std::string_view line) : rest_{line} {}

    std::optional<estima::metric_line> read() {  // qualified: tracking has a detail::metric_line too
        estima::metric_line line;
        bool valued = false;
        std::string type;
        std::string_view document;
        bool const whole = members([&](std::string_view key) {
            if (key == "name") return string(line.name);
            if (key == "type") return read_or_skip([&] { return string(type); });
            if (key == "value") {  // nested deeper than a row: good with a type only
                std::string_view const begin = rest_;
                bool const is_passed = read_or_skip([&] { return valued = value(line.value); });
                document = begin.substr(0, begin.size() - rest_.size());
                return is_passed;
            }
            if (key == "step") return read_or_skip([&] { return step(line.step); });
            if (key == "time") return read_or_skip([&] { return time(line.time); });
            return skip();
        });
        if (!whole || line.name.empty() || next() != '\0') return std::nullopt;
        if (!type.empty())
            if (std::string text = with_words_quoted(document); json::accept(text))
                valued = true, line.value = metric_document{type, std::move(text)};
        return valued ? std::optional{std::move(line)} : std::nullopt;
    }

private:
    /// The next character that is not white space; NUL at the end.
    char next() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r')) rest_.remove_prefix(1);
        return rest_.empty() ? '\0' : rest_[0];
    }
    bool take(char c) {
        if (next() != c || rest_.empty()) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take_word(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    /// A value that is not as `read()` wants it is passed over, as if it was not there.
    template <class Read>
    bool read_or_skip(Read read) {
        std::string_view const begin = rest_;
        if (read()) return true;
        rest_ = begin;
        return skip();
    }

    /// An object: calls `member(key)` where each value starts. A key whose escapes mean nothing is as it is written.
    template <class Member>
    bool members(Member member) {
        if (!take('{')) return false;
        if (take('}')) return true;
        std::string decoded;
        do {
            bool has_escapes = false;
            std::optional<std::string_view> const raw = quoted(has_escapes);
            if (!raw || !take(':')) return false;
            if (!member(has_escapes ? meaning(*raw, decoded).value_or(*raw) : *raw)) return false;
        } while (take(','));
        return take('}');
    }

    /// What stands between the quotes of a text.
    std::optional<std::string_view> quoted(bool& has_escapes) {
        if (!take('"')) return std::nullopt;
        std::size_t end = 0;  // by hand: find_first_of is slow for texts this short
        while (end < rest_.size() && rest_[end] != '"' && rest_[end] != '\\') ++end;
        has_escapes = end < rest_.size() && rest_[end] == '\\';
        while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
        if (end >= rest_.size()) return std::nullopt;
        std::string_view const found = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return found;
    }
    static std::optional<std::string_view> meaning(std::string_view escaped, std::string& decoded) {
        json const parsed = json::parse('"' + std::string{escaped} + '"', nullptr, false);
        if (!parsed.is_string()) return std::nullopt;
        return decoded = parsed.get<std::string>();
    }
    /// A text: where it was read, or in `decoded` if it has escapes.
    std::optional<std::string_view> text(std::string& decoded) {
        bool has_escapes = false;
        std::optional<std::string_view> const raw = quoted(has_escapes);
        return raw && has_escapes ? meaning(*raw, decoded) : raw;
    }
    bool string(std::string& out) {
        std::optional<std::string_view> const found = text(out);
        if (found && found->data() != out.data()) out = *found;
        return found.has_value();
    }

    /// A number, or a word that stands for one. null is how many JSON writers tell NaN.
    bool scalar(double& out) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        char const first = next();
        if (first == '-' || (first >= '0' && first <= '9')) {
            auto const [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
            if (code == std::errc::result_out_of_range)
                out = tiny_or_huge({rest_.data(), end});
            else if (code != std::errc{})
                return false;
            rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
            return true;
        }
        if (take_word("\"NaN\"") || take_word("NaN") || take_word("null"))
            out = std::numeric_limits<double>::quiet_NaN();
        else if (take_word("\"Infinity\"") || take_word("Infinity"))
            out = infinity;
        else if (take_word("\"-Infinity\""))
            out = -infinity;
        else if (take_word("true"))
            out = 1;
        else if (take_word("false"))
            out = 0;
        else
            return false;
        return true;
    }
    /// A whole number as it is; also one that was written with a point or as a text, and nothing for one that is none.
    bool step(std::optional<std::int64_t>& out) {
        std::int64_t whole = 0;
        if (next() == '"') {
            std::string decoded;
            std::optional<std::string_view> const digits = text(decoded);
            if (!digits) return false;
            auto const [end, code] = std::from_chars(digits->data(), digits->data() + digits->size(), whole);
            bool const is_whole = code == std::errc{} && end == digits->data() + digits->size();
            if (is_whole && whole != std::numeric_limits<std::int64_t>::min()) out = whole;
            return true;
        }
        if (next() == 't' || next() == 'f') return false;  // true is no step, either
        auto const [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), whole);
        std::size_t const length = static_cast<std::size_t>(end - rest_.data());
        bool const goes_on = length < rest_.size() && (*end == '.' || *end == 'e' || *end == 'E');
        if (code == std::errc{} && !goes_on) {
            if (whole != std::numeric_limits<std::int64_t>::min()) out = whole;  // it stands for none
            rest_.remove_prefix(length);
            return true;
        }
        double number = 0;
        if (!scalar(number)) return false;
        constexpr double limit = 9223372036854775808.0;  // 2^63
        if (number > -limit && number < limit && number == std::trunc(number)) out = static_cast<std::int64_t>(number);
        return true;
    }
    bool time(std::optional<double>& out) {
        double number = 0;
        if (next() == 't' || next() == 'f' || !scalar(number)) return false;
        if (std::isfinite(number)) out = number;
        return true;
    }
    static double tiny_or_huge(std::string_view digits) {
        bool const tiny = digits.find("e-") != std::string_view::npos || digits.find("E-") != std::string_view::npos;
        double const size = tiny ? 0.0 : std::numeric_limits<double>::infinity();
        return digits.front() == '-' ? -size : size;
    }

    bool value(metric_line_value& out) {
        double number = 0;
        if (next() == '[') return list(out.emplace<std::vector<double>>());
        if (next() == '{') return row(out.emplace<metric_table_row>());
        if (!scalar(number)) return false;
        out = number;
        return true;
    }
    bool list(std::vector<double>& out) {
        take('[');
        if (take(']')) return true;
        do {
            if (!scalar(out.emplace_back())) return false;
        } while (take(','));
        return take(']');
    }
    bool row(metric_table_row& out) {
        return members([&](std::string_view key) {
            auto& cell = out.emplace_back(key, 0.0).second;
            double number = 0;
            if (!scalar(number)) return string(cell.emplace<std::string>());
            cell = number;
            return true;
        });
    }

    static constexpr int deepest = 1000;  ///< lists in lists: who prints or copies them needs stack for each

    /// Passes over a value of a member that a newer writer may add.
    bool skip() {
        bool has_escapes = false;
        double number = 0;
        int depth = 0;
        do {
            char const c = next();
            if (c == '[' || c == '{' || c == ']' || c == '}' || c == ',' || c == ':') {
                depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
                if (depth > deepest) return false;
                rest_.remove_prefix(1);
            } else if (!scalar(number) && !quoted(has_escapes)) {
                return false;
            }
        } while (depth > 0);
        return depth == 0;
    }

    std::string_view rest_;
};
}  // namespace detail

/// Reads one line, without its newline. Nothing for a line that is not a metric: torn, of another shape, not JSON.
/// NaN and the infinities may be the documented strings or, as Python's json.dumps writes them, bare words.
inline std::optional<metric_line> parse_metric_line(std::string_view line) {
    return detail::metric_line_reader{without_torn_mark(line)}.read();
}

/// Whether a line that is no metric is worth telling. A blank one means nothing, and of one that a later writer closed
/// as torn nobody was told that it is kept. `is_whole`: it has its newline, or nobody writes to the file any more; the
/// end of any other one may be on its way.
constexpr bool is_told_as_skipped(std::string_view line, bool is_whole = true) {
    return is_whole && !line.ends_with(torn_line_mark) && line.find_first_not_of(" \t\r") != std::string_view::npos;
}

}  // namespace estima::inline v0_1
