// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace estima::inline v0_1 {

/// A number that is logged.
class metric_number {
public:
    template <typename T>
        requires std::is_arithmetic_v<T>
    metric_number(T value) noexcept {  // implicit, so that any number can be logged
        if constexpr (std::same_as<T, float>) {
            kind_ = kind::narrow;
            floating_ = value;
        } else if constexpr (std::floating_point<T>) {
            floating_ = static_cast<double>(value);
        } else if constexpr (std::is_signed_v<T>) {
            kind_ = kind::integer;
            integer_ = value;
        } else {  // bool is 0 or 1, character types are numbers
            kind_ = kind::natural;
            natural_ = value;
        }
    }

    /// The same number as a double; nothing for an integer that a double may not hold, beyond 2^53.
    std::optional<double> as_double() const noexcept {
        constexpr std::int64_t exact = std::int64_t{1} << 53U;
        if (kind_ == kind::integer)
            return integer_ >= -exact && integer_ <= exact ? std::optional{static_cast<double>(integer_)}
                                                           : std::nullopt;
        if (kind_ == kind::natural)
            return natural_ <= exact ? std::optional{static_cast<double>(natural_)} : std::nullopt;
        return floating_;
    }

    /// JSON text that reads back as the same number. JSON has no NaN and no infinities: they are the strings "NaN",
    /// "Infinity" and "-Infinity". A floating-point number always has a point or an exponent.
    std::string text() const {
        std::array<char, 32> digits{};
        auto written = [&digits](auto value) {
            return std::string{digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
        };
        if (kind_ == kind::integer) return written(integer_);
        if (kind_ == kind::natural) return written(natural_);
        if (std::isnan(floating_)) return "\"NaN\"";
        if (std::isinf(floating_)) return floating_ > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        // The shortest text that reads back as the same number of its type.
        std::string text = kind_ == kind::narrow ? written(static_cast<float>(floating_)) : written(floating_);
        return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
    }

private:
    enum class kind : unsigned char { floating, narrow, integer, natural } kind_ = kind::floating;
    union {
        double floating_;
        std::int64_t integer_;
        std::uint64_t natural_;
    };
};

/// A cell of a row: a number or a string. It refers to the string and must not outlive it.
class metric_value {
public:
    template <typename T>
        requires std::is_arithmetic_v<T>
    metric_value(T number) noexcept : number_{number} {}
    metric_value(std::string_view string) noexcept : string_{string}, is_string_{true} {}
    metric_value(std::string const& string) noexcept : metric_value{std::string_view{string}} {}
    metric_value(char const* string) noexcept : metric_value{std::string_view{string ? string : ""}} {}

    bool is_string() const noexcept { return is_string_; }
    std::string_view string() const noexcept { return string_; }
    metric_number const& number() const noexcept { return number_; }

private:
    metric_number number_{0};
    std::string_view string_{};
    bool is_string_ = false;
};

/// Column name and cell, in the order of the columns.
using metric_cell = std::pair<std::string_view, metric_value>;

namespace detail {

/// How many bytes at the front of `text` are one well-formed UTF-8 character; 0 and, in `bad`, how many bytes to
/// replace together (the longest beginning of a character, as Unicode recommends) when they are none.
inline std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept {
    auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    unsigned const first = at(0);
    bad = 1;
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    std::size_t const length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    // The second byte's limits exclude overlong forms, surrogates and what lies beyond U+10FFFF.
    unsigned const low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned const high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    for (; bad < length; ++bad) {
        unsigned const next = at(bad);
        if (next < (bad == 1 ? low : 0x80) || next > (bad == 1 ? high : 0xBF)) return 0;
    }
    return length;
}

/// Appends `text` as a JSON string: always valid UTF-8, with U+FFFD for what is not.
inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
        auto const byte = static_cast<unsigned char>(text.front());
        std::size_t bad = 0;
        std::size_t const length = utf8_length(text, bad);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
        } else if (byte == '"' || byte == '\\') {
            out.append({'\\', text.front()});
        } else if (byte < 0x20 || byte == 0x7F) {
            out.append("\\u00").append({hex[byte >> 4U], hex[byte & 15U]});
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? bad : length);
    }
    out += '"';
}

inline void append_json(std::string& out, metric_number const& number) { out.append(number.text()); }

inline void append_json(std::string& out, std::span<double const> list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i != 0) out += ',';
        append_json(out, metric_number{list[i]});
    }
    out += ']';
}

inline void append_json(std::string& out, std::initializer_list<metric_cell> row) {
    out += '{';
    bool first = true;
    for (auto const& [column, cell] : row) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, column);
        out += ':';
        if (cell.is_string())
            append_json_string(out, cell.string());
        else
            append_json(out, cell.number());
    }
    out += '}';
}

/// Whether two columns have one name, of which readers of JSON keep one.
template <class Columns>
bool has_name_twice(Columns const& columns) {
    for (auto one = columns.begin(); one != columns.end(); ++one)
        for (auto before = columns.begin(); before != one; ++before)
            if (before->first == one->first) return true;
    return false;
}

/// JSON that somebody else wrote, on one line.
struct written_json {
    std::string text;
};
inline void append_json(std::string& out, written_json const& written) {
    for (char const c : written.text)
        out += c == '\n' || c == '\r' ? ' ' : c;  // where JSON allows them, blanks do as well
}

/// One line of a metrics file, with its newline. `time` is in seconds since 1970, left out where it is no number that
/// ends; `type` says what the value is, where its form does not.
template <typename Value>
std::string metric_line(std::string_view name, Value const& value, std::optional<std::int64_t> step, double time,
                        std::string_view type = {}) {
    std::string line = "{\"name\":";
    append_json_string(line, name);
    if (!type.empty()) {
        line += ",\"type\":";
        append_json_string(line, type);
    }
    line += ",\"value\":";
    append_json(line, value);
    if (step) line.append(",\"step\":").append(metric_number{*step}.text());
    if (std::isfinite(time)) {
        std::array<char, 400> digits{};  // enough for any double written without an exponent
        auto const fixed = std::chars_format::fixed;
        line += ",\"time\":";
        line.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), time, fixed, 6).ptr);
    }
    return line += "}\n";
}

}  // namespace detail
}  // namespace estima::inline v0_1
