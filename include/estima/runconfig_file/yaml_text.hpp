// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <estima/run_configuration/communicator.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

/// Text in double quotes, on one line: readable by YAML 1.1, YAML 1.2 and, but for what is beyond \x1f, JSON.
inline std::string in_quotes(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string line = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char const c = static_cast<unsigned char>(text[i]);
        auto follows = [&](std::string_view bytes) { return text.substr(i).starts_with(bytes); };
        if (c == '"' || c == '\\')
            line.append("\\").append(1, text[i]);
        else if (c == '\n')
            line += "\\n";
        else if (c == '\t')
            line += "\\t";
        else if (c == '\r')
            line += "\\r";
        else if (c < 0x20 || c == 0x7F)
            line.append("\\u00").append(1, digits[c >> 4]).append(1, digits[c & 15]);
        // C1 controls, the two separators that YAML 1.1 takes for line breaks, the byte order mark, and two that are
        // no characters: not printable in YAML.
        else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
            unsigned const next = static_cast<unsigned char>(text[++i]);
            line.append("\\u00").append(1, digits[next >> 4]).append(1, digits[next & 15]);
        } else if (follows("\xE2\x80\xA8"))
            line += "\\u2028", i += 2;
        else if (follows("\xE2\x80\xA9"))
            line += "\\u2029", i += 2;
        else if (follows("\xEF\xBB\xBF"))
            line += "\\ufeff", i += 2;
        else if (follows("\xEF\xBF\xBE"))
            line += "\\ufffe", i += 2;
        else if (follows("\xEF\xBF\xBF"))
            line += "\\uffff", i += 2;
        else
            line += text[i];
    }
    return line + "\"";
}

/// Whether text means the same without quotes, to readers of YAML 1.1 as well: they take `no` and `on` for booleans,
/// 1:30 for a number, 2020-01-31 for a date.
inline bool is_plain(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view inside = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=+@$ -";
    if (text.empty() || text.size() > 200 || text.back() == ' ' ||
        text.find_first_not_of(inside) != std::string_view::npos)
        return false;
    std::size_t const first = text.find_first_not_of("-./$_");
    if (first == std::string_view::npos || letters.find(text[first]) == std::string_view::npos ||
        text.starts_with("- "))
        return false;
    if (text.starts_with(".") && first == 1 && (same_word(text, ".inf") || same_word(text, ".nan"))) return false;
    for (std::string_view const word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "-.inf"})
        if (same_word(text, word)) return false;
    return true;
}

/// A number as all readers of YAML take it for one: YAML 1.1 wants a point before an exponent.
inline std::string number_text(json const& number) {
    std::string text = number.dump();
    std::size_t const exponent = text.find('e');
    if (exponent != std::string::npos && text.find('.') == std::string::npos) text.insert(exponent, ".0");
    return text;
}

inline std::string scalar_text(json const& value) {
    if (value.is_null()) return "null";
    if (!value.is_string()) return value.is_number_float() ? number_text(value) : value.dump();
    auto const& text = value.get_ref<std::string const&>();
    return is_plain(text) ? text : in_quotes(text);
}

/// A value on one line, in brackets: JSON, but for how text is escaped.
inline std::string flow_text(json const& value) {
    if (!value.is_structured())
        return value.is_string() ? in_quotes(value.get_ref<std::string const&>()) : scalar_text(value);
    std::string line = value.is_array() ? "[" : "{";
    for (auto item = value.begin(); item != value.end(); ++item) {
        if (line.size() > 1) line += ", ";
        if (value.is_object()) line += in_quotes(item.key()) + ": ";
        line += flow_text(*item);
    }
    return line + (value.is_array() ? "]" : "}");
}

/// Puts `key: value` of any JSON after the text, in block style: lists as deep as their key, maps two deeper.
inline void append_member(std::string& yaml, std::size_t indent, std::string const& key, json const& value);

inline void append_members(std::string& yaml, std::size_t indent, json const& object) {
    for (auto item = object.begin(); item != object.end(); ++item) append_member(yaml, indent, item.key(), *item);
}

inline void append_key(std::string& yaml, std::size_t indent, std::string const& key) {
    constexpr std::size_t longest_simple_key = 100;  // YAML allows 1024 characters, escapes counted
    std::string const text = is_plain(key) ? key : in_quotes(key);
    yaml.append(indent, ' ');
    if (text.size() > longest_simple_key)
        yaml.append("? ").append(text).append("\n").append(indent, ' ').append(":");
    else
        yaml.append(text).append(":");
}

inline void append_member(std::string& yaml, std::size_t indent, std::string const& key, json const& value) {
    append_key(yaml, indent, key);
    if (value.is_null()) {
        yaml += "\n";
    } else if (!value.is_structured()) {
        yaml.append(" ").append(scalar_text(value)).append("\n");
    } else if (value.empty()) {
        yaml += value.is_array() ? " []\n" : " {}\n";
    } else if (value.is_object()) {
        yaml += "\n";
        append_members(yaml, indent + 2, value);
    } else {
        yaml += "\n";
        for (json const& one : value) {
            std::string entry;
            if (one.is_object() && !one.empty())
                append_members(entry, indent + 2, one);
            else
                entry = std::string(indent + 2, ' ') + (one.is_structured() ? flow_text(one) : scalar_text(one)) + "\n";
            entry[indent] = '-';  // in place of the first of the two blanks
            yaml += entry;
        }
    }
}

}  // namespace estima::inline v0_1::detail
