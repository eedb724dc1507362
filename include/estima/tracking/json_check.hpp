// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/system/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace estima::inline v0_1::detail {

/// Whether a text is one JSON value (RFC 8259) that readers of metrics take: in UTF-8, with numbers that a double can
/// hold, in no more than 1,000 lists and objects around each other. Without a JSON library, which training programs
/// need not have.
class json_check {
public:
    explicit json_check(std::string_view text) : left_{text} {}

    bool is_one_value() {
        if (valid_utf8(left_) != left_) return false;
        std::string open;  // how what has begun has to end
        for (bool is_value_next = true;;) {
            blanks();
            if (is_value_next) {
                bool const is_object = take('{'), is_list = !is_object && take('[');
                if ((is_object || is_list) && open.size() == deepest) return false;
                blanks();
                char const end = is_object ? '}' : ']';
                is_value_next = (is_object || is_list) && !take(end);
                if (is_value_next) open += end;
                if (is_value_next ? is_object && !key() : !is_object && !is_list && !scalar()) return false;
                continue;
            }
            if (open.empty()) return left_.empty();
            if (take(open.back())) {
                open.pop_back();
                continue;
            }
            if (!take(',') || (open.back() == '}' && !key())) return false;
            is_value_next = true;
        }
    }

private:
    bool take(char c) {
        bool const is_next = left_.starts_with(c);
        if (is_next) left_.remove_prefix(1);
        return is_next;
    }
    bool take_word(std::string_view word) {
        bool const is_next = left_.starts_with(word);
        if (is_next) left_.remove_prefix(word.size());
        return is_next;
    }
    void blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r\n"), left_.size())); }

    bool key() {
        blanks();
        if (!string()) return false;
        blanks();
        return take(':');
    }
    bool scalar() {
        return left_.starts_with('"') ? string()
                                      : take_word("true") || take_word("false") || take_word("null") || number();
    }

    bool string() {
        if (!take('"')) return false;
        while (!left_.empty()) {
            char const c = left_.front();
            left_.remove_prefix(1);
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape())) return false;
        }
        return false;
    }
    bool escape() {
        if (take('u')) {
            unsigned const first = hex();
            bool const is_low = first >= 0xDC00 && first < 0xE000, is_high = first >= 0xD800 && first < 0xDC00;
            if (!is_high) return first != no_hex && !is_low;
            unsigned const second = take_word("\\u") ? hex() : no_hex;  // the other half of a character
            return second >= 0xDC00 && second < 0xE000;
        }
        bool const is_known = !left_.empty() && std::string_view{"\"\\/bfnrt"}.find(left_.front()) != left_.npos;
        if (is_known) left_.remove_prefix(1);
        return is_known;
    }
    unsigned hex() {
        unsigned value = 0;
        char const* const begin = left_.data();
        if (left_.size() < 4 || std::from_chars(begin, begin + 4, value, 16).ptr != begin + 4) return no_hex;
        left_.remove_prefix(4);
        return value;
    }

    bool number() {
        std::string_view const text = left_;
        take('-');
        if (!take('0') && digits() == 0) return false;
        if (take('.') && digits() == 0) return false;
        bool is_small = false;
        if (take('e') || take('E')) {
            is_small = take('-');
            if (!is_small) take('+');
            if (digits() == 0) return false;
        }
        double value = 0;
        auto const parsed = std::from_chars(text.data(), left_.data(), value);
        return parsed.ec == std::errc{} || is_small;
    }
    std::size_t digits() {
        std::size_t const count = std::min(left_.find_first_not_of("0123456789"), left_.size());
        left_.remove_prefix(count);
        return count;
    }

    static constexpr std::size_t deepest = 1000;  // as history/metric_line.hpp reads
    static constexpr unsigned no_hex = 0x10000;
    std::string_view left_;
};

}  // namespace estima::inline v0_1::detail
