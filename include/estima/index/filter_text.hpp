// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <estima/base/error.hpp>
#include <estima/system/display_width.hpp>
#include <estima/system/utf8.hpp>

namespace estima::inline v0_1::detail {

enum class filter_token { end, word, quoted_key, text, number, comparator, open, close, comma };

/// Cuts a filter into its words, and tells faults with their place.
class filter_text {
public:
    /// `kind` reads like "the filter".
    filter_text(std::string_view text, std::string_view kind) : text_{text}, kind_{kind} { advance(); }

    filter_token token() const { return token_; }
    /// The characters of the token as they stand there.
    std::string_view spelling() const { return text_.substr(begin_, end_ - begin_); }
    /// What a quoted token means: without its quotes, and one quote for two.
    std::string const& value() const { return value_; }
    std::size_t begin() const { return begin_; }

    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
    bool is_word(std::string_view upper) const {
        std::string_view const word = spelling();
        return token_ == filter_token::word &&
               std::equal(word.begin(), word.end(), upper.begin(), upper.end(),
                          [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
    }

    void advance() {
        begin_ = end_;
        begin_ = std::min(text_.find_first_not_of(" \t\r\n", begin_), text_.size());
        end_ = begin_;
        token_ = filter_token::end;
        if (begin_ == text_.size()) return;
        char const first = text_[begin_];
        if (first == '\'') return quoted(filter_token::text);
        // MLflow takes "x" as a value, and as a key: the place where it stands decides.
        if (first == '"' || first == '`') return quoted(filter_token::quoted_key);
        if (std::string_view{"(),"}.find(first) != std::string_view::npos) {
            ++end_;
            token_ = first == '(' ? filter_token::open : first == ')' ? filter_token::close : filter_token::comma;
            return;
        }
        if (std::string_view{"<>=!"}.find(first) != std::string_view::npos) {
            while (end_ < text_.size() && std::string_view{"<>=!"}.find(text_[end_]) != std::string_view::npos) ++end_;
            token_ = filter_token::comparator;
            return;
        }
        while (end_ < text_.size() && is_word_byte(text_[end_])) ++end_;
        if (end_ == begin_)
            fail("this character has no meaning here",
                 "put names with such characters into double quotes or backticks, values into single quotes");
        bool const is_number = std::string_view{"0123456789+-."}.find(first) != std::string_view::npos;
        token_ = is_number ? filter_token::number : filter_token::word;
        // A key that is quoted follows its point: metrics."a b".
        if (token_ == filter_token::word && text_[end_ - 1] == '.' && end_ < text_.size() &&
            (text_[end_] == '"' || text_[end_] == '`')) {
            std::size_t const begin = begin_;
            begin_ = end_;
            quoted(filter_token::quoted_key);
            begin_ = begin;
            token_ = filter_token::word;
            has_quoted_part_ = true;
            return;
        }
        has_quoted_part_ = false;
    }

    /// The word ends in a quoted part, whose meaning is value().
    bool has_quoted_part() const { return has_quoted_part_; }

    /// Throws EST-611, or another id, at that byte. Without a remedy it tells the form.
    [[noreturn]] void fail(std::size_t at, std::string const& why, std::string const& remedy = {},
                           char const* id = "EST-611") const {
        std::string line, caret;
        std::size_t column = 1;
        // Of a long text the part around the fault.
        std::size_t const from = at > 60 ? at - 60 : 0, to = std::min(text_.size(), at + 60);
        for (std::size_t i = 0; i < to;) {
            std::size_t const length = estima::utf8_length(text_.substr(i));
            bool const is_shown = i >= from;
            if (is_shown && length == 0) line += '?';
            if (is_shown && length > 0)
                line += text_[i] >= 0 && text_[i] < ' ' ? " " : std::string{text_.substr(i, length)};
            if (i < at) {
                ++column;
                if (is_shown) caret.append(length == 0 ? 1 : display_width(text_.substr(i, length)), ' ');
            }
            i += std::max<std::size_t>(length, 1);
        }
        throw error{id,
                    {.what = "cannot read " + std::string{kind_} + ": " + why,
                     .where = "column " + std::to_string(column) + "\n    " + line + "\n    " + caret + "^",
                     .remedy = !remedy.empty() ? remedy
                               : kind_ == "the order" ? "write NAME, NAME ASC or NAME DESC, as metrics.loss DESC"
                                                      : "write comparisons as metrics.loss < 0.1 and tags.team = 'x'"}};
    }
    [[noreturn]] void fail(std::string const& why, std::string const& remedy = {}) const { fail(begin_, why, remedy); }

private:
    static bool is_word_byte(char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c < 0 ||
               std::string_view{"_.-+/:"}.find(c) != std::string_view::npos;
    }

    void quoted(filter_token kind) {
        char const quote = text_[begin_];
        value_.clear();
        for (end_ = begin_ + 1; end_ < text_.size(); ++end_) {
            if (text_[end_] != quote) {
                value_ += text_[end_];
            } else if (end_ + 1 < text_.size() && text_[end_ + 1] == quote) {
                value_ += text_[++end_];
            } else {
                ++end_;
                token_ = kind;
                return;
            }
        }
        fail(begin_, "this quote is not closed", "two quotes stand for one inside");
    }

    std::string_view text_, kind_;
    std::size_t begin_ = 0, end_ = 0;
    filter_token token_ = filter_token::end;
    std::string value_;
    bool has_quoted_part_ = false;
};

}  // namespace estima::inline v0_1::detail
