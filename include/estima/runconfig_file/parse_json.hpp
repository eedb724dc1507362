// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <estima/runconfig_file/document.hpp>

namespace estima::inline v0_1::detail {

/// Letters of a text, for the JSON parser; tells how far it has come, which that parser does not.
class watched_letter {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    watched_letter(char const* at, char const** furthest) : at_{at}, furthest_{furthest} {}
    char const& operator*() const { return *at_; }
    watched_letter& operator++() {
        ++at_;
        if (furthest_ != nullptr) *furthest_ = at_;
        return *this;
    }
    watched_letter operator++(int) {
        watched_letter const before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(watched_letter const& a, watched_letter const& b) { return a.at_ == b.at_; }

private:
    char const* at_;
    char const** furthest_;
};

/// What nlohmann's parser meets, for the builder, with places.
class json_events {
public:
    json_events(document_builder& builder, std::string_view text, char const* const& furthest)
        : builder_{builder}, text_{text}, furthest_{furthest} {}

    bool null() { return scalar(nullptr); }
    bool boolean(bool value) { return scalar(value); }
    bool number_integer(json::number_integer_t value) { return scalar(value, 1); }
    bool number_unsigned(json::number_unsigned_t value) { return scalar(value, 1); }
    bool number_float(json::number_float_t value, std::string const&) { return scalar(value, 1); }
    bool string(std::string& value) { return scalar(std::move(value)); }
    bool binary(json::binary_t&) { return false; }
    bool key(std::string& text) {
        position const at = next();
        builder_.key(std::move(text), at);
        return token_ends(0);
    }
    bool start_object(std::size_t) { return start(json::object()); }
    bool start_array(std::size_t) { return start(json::array()); }
    bool end_object() { return end(); }
    bool end_array() { return end(); }
    bool parse_error(std::size_t byte, std::string const&, json::exception const& e) {
        while (offset_ + 1 < byte && offset_ < text_.size()) advance();
        std::string why = e.what();
        if (auto const start = why.find("syntax error"); start != std::string::npos) why.erase(0, start);
        throw syntax_error(builder_.file(), here_, std::move(why));
    }

private:
    void advance() {
        here_ = text_[offset_] == '\n' ? position{here_.line + 1, 1} : position{here_.line, here_.column + 1};
        ++offset_;
    }
    /// Where the token starts that follows the last one.
    position next() {
        for (;;) {
            while (offset_ < text_.size() &&
                   std::string_view{" \t\r\n,:\xEF\xBB\xBF"}.find(text_[offset_]) != std::string_view::npos)
                advance();
            std::string_view const rest = text_.substr(offset_);
            if (!rest.starts_with("//") && !rest.starts_with("/*"))
                break;  // else a comment, where the parser allows them
            bool const is_line = rest[1] == '/';
            std::size_t const end = rest.find(is_line ? "\n" : "*/", 2);
            std::size_t const past = offset_ + (end == std::string_view::npos ? rest.size() : end + (is_line ? 1 : 2));
            while (offset_ < past) advance();
        }
        start_ = offset_;
        return here_;
    }
    /// To know that a number ends, the parser has read the letter after it.
    bool token_ends(std::size_t read_ahead) {
        std::size_t end = static_cast<std::size_t>(furthest_ - text_.data());
        if (end < text_.size() || read_ahead == 0 ||
            std::string_view{"]}, \n\r\t"}.find(text_.back()) != std::string_view::npos)
            end -= read_ahead;
        while (offset_ < end) advance();
        return true;
    }
    bool scalar(json value, std::size_t read_ahead = 0) {
        position const at = next();
        token_ends(read_ahead);
        builder_.scalar(std::move(value), std::string{text_.substr(start_, offset_ - start_)}, at);
        return true;
    }
    bool start(json empty) {
        builder_.start(std::move(empty), next());
        return token_ends(0);
    }
    bool end() {
        next();
        builder_.end();
        return token_ends(0);
    }

    document_builder& builder_;
    std::string_view text_;
    char const* const& furthest_;
    std::size_t offset_ = 0, start_ = 0;
    position here_{1, 1};
};

enum class json_comments { refused, allowed };

inline document parse_json(std::string_view text, std::string const& file,
                           json_comments comments = json_comments::refused) {
    document_builder builder{file};
    char const* furthest = text.data();
    json_events events{builder, text, furthest};
    json::sax_parse(watched_letter{text.data(), &furthest}, watched_letter{text.data() + text.size(), nullptr},
                    &events, json::input_format_t::json, true, comments == json_comments::allowed);
    return builder.take();
}

}  // namespace estima::inline v0_1::detail
