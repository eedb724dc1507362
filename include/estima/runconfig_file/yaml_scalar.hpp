// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    for (std::string_view const word : words)
        if (text == word) return true;
    return false;
}
inline std::size_t skip_digits(std::string_view text, std::size_t from, std::string_view digits = "0123456789_") {
    std::size_t const end = text.find_first_not_of(digits, from);
    return end == std::string_view::npos ? text.size() : end;
}
inline std::string without_underscores(std::string_view text) {
    std::string plain;
    for (char const c : text)
        if (c != '_') plain += c;
    return plain;
}

/// A whole number of YAML 1.2 as ruamel.yaml (Azure's reader) takes it: 017 is seventeen, 0o17 fifteen. Discarded if
/// it is none.
inline json yaml_integer(std::string_view text) {
    json const none(json::value_t::discarded);
    bool const is_negative = !text.empty() && text[0] == '-';
    if (is_negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
    int base = 10;
    std::string_view digits = "0123456789_";
    if (text.starts_with("0b"))
        base = 2, digits = "01_";
    else if (text.starts_with("0o"))
        base = 8, digits = "01234567_";
    else if (text.starts_with("0x"))
        base = 16, digits = "0123456789abcdefABCDEF_";
    if (base != 10) text.remove_prefix(2);
    if (text.empty() || (base == 10 && text[0] == '_') || skip_digits(text, 0, digits) != text.size()) return none;
    std::string const plain = without_underscores(text);
    std::uint64_t number = 0;
    auto const [end, failed] = std::from_chars(plain.data(), plain.data() + plain.size(), number, base);
    if (plain.empty() || (failed != std::errc{} && failed != std::errc::result_out_of_range)) return none;
    if (failed == std::errc::result_out_of_range) {
        double near = 0;
        if (base != 10 || std::from_chars(plain.data(), plain.data() + plain.size(), near).ec != std::errc{})
            return none;
        return json(is_negative ? -near : near);
    }
    if (!is_negative) return number <= INT64_MAX ? json(static_cast<std::int64_t>(number)) : json(number);
    if (number > std::uint64_t{INT64_MAX} + 1) return json(-static_cast<double>(number));
    return json(static_cast<std::int64_t>(0 - number));
}

/// A number with a point or an exponent; discarded if it is none, or none that JSON has.
inline json yaml_real(std::string_view text) {
    json const none(json::value_t::discarded);
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    std::size_t const whole = at;
    if (at < text.size() && text[at] != '_') at = skip_digits(text, at);
    bool const has_whole = at > whole, has_point = at < text.size() && text[at] == '.';
    if (has_point) {
        std::size_t const fraction = at + 1;
        at = skip_digits(text, fraction);
        if (!has_whole && at == fraction) return none;
    }
    bool const has_exponent = at < text.size() && (text[at] == 'e' || text[at] == 'E');
    if (has_exponent) {
        ++at;
        bool const is_signed = at < text.size() && (text[at] == '-' || text[at] == '+');
        if (is_signed) ++at;
        if (!has_whole && !is_signed) return none;
        std::size_t const digits = at;
        at = skip_digits(text, at, "0123456789");
        if (at == digits) return none;
    }
    if (at != text.size() || !(has_point || (has_whole && has_exponent))) return none;
    std::string plain = without_underscores(text);
    if (plain[0] == '+') plain.erase(0, 1);
    double number = 0;
    auto const [end, failed] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    return failed == std::errc{} && end == plain.data() + plain.size() ? json(number) : none;
}

/// What a plain scalar, one without quotes, is in YAML 1.2: only true and false are booleans, `no` and `on` are text;
/// `None` is text. Dates, and .inf and .nan, which JSON has not, are text as well.
inline json yaml_plain_scalar(std::string_view text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
    if (is_one_of(text, {"true", "True", "TRUE"})) return true;
    if (is_one_of(text, {"false", "False", "FALSE"})) return false;
    if (json number = yaml_integer(text); !number.is_discarded()) return number;
    if (json number = yaml_real(text); !number.is_discarded()) return number;
    return std::string{text};
}

}  // namespace estima::inline v0_1::detail
