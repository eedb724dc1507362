// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/runconfig_file/document.hpp>
#include <estima/runconfig_file/parse_json.hpp>
#include <estima/runconfig_file/parse_yaml.hpp>

namespace estima::inline v0_1 {

/// Files above this are refused (EST-106). Azure's have some 10 kB.
inline constexpr std::size_t largest_runconfig_file = std::size_t{1} << 20;

namespace detail {
/// The length of the character of UTF-8 that starts there; 0 if none does.
inline std::size_t utf8_character_length(std::string_view text, std::size_t at) {
    auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto continues = [&byte](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    unsigned const first = byte(at), second = byte(at + 1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return continues(at + 1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        bool const is_short = first == 0xE0 && second < 0xA0, is_surrogate = first == 0xED && second >= 0xA0;
        return continues(at + 1) && continues(at + 2) && !is_short && !is_surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first < 0xF5) {
        bool const is_short = first == 0xF0 && second < 0x90, is_beyond = first == 0xF4 && second >= 0x90;
        return continues(at + 1) && continues(at + 2) && continues(at + 3) && !is_short && !is_beyond ? 4 : 0;
    }
    return 0;
}

/// What no file may have, found before a parser sees it: each would be taken for something else, or for the end.
class text_check {
public:
    text_check(std::string_view text, std::string const& file, bool is_json)
        : text_{text}, file_{file}, is_json_{is_json} {}

    void run() {
        if (text_.size() > largest_runconfig_file)
            throw error{"EST-106",
                        {.what = "this file is too large or too complicated for a run configuration",
                         .where = file_,
                         .why = "it has " + std::to_string(text_.size()) + " bytes, and at most " +
                                std::to_string(largest_runconfig_file) + " are read",
                         .remedy = "check that this is the right file"}};
        bool in_indentation = true;
        for (std::size_t i = 0; i < text_.size();) {
            unsigned char const c = static_cast<unsigned char>(text_[i]);
            std::size_t const length = utf8_character_length(text_, i);
            if (length == 0) refuse("this is not UTF-8", "save the file as UTF-8");
            if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c == 0x7F && !is_json_))
                refuse("a control character stands here", "remove it, or write it as an escape in double quotes");
            if (c == '\t' && in_indentation && !is_json_ && !is_blank_or_comment(i))
                refuse("YAML is indented by spaces, and this is a tab", "replace it by spaces");
            if (at_.column == 1 && text_.substr(i).starts_with("%YAML") && !text_.substr(i).starts_with("%YAML 1.2"))
                refuse("another version of YAML would read words and numbers differently", "remove this line");
            in_indentation = c == '\n' || (in_indentation && (c == ' ' || c == '\t'));
            at_ = c == '\n' ? position{at_.line + 1, 1} : position{at_.line, at_.column + static_cast<int>(length)};
            i += length;
        }
    }

private:
    [[noreturn]] void refuse(std::string why, std::string remedy) const {
        throw syntax_error(file_, at_, std::move(why), std::move(remedy));
    }
    bool is_blank_or_comment(std::size_t from) const {
        std::size_t const next = text_.find_first_not_of(" \t\r", from);
        return next == std::string_view::npos || text_[next] == '\n' || text_[next] == '#';
    }

    std::string_view text_;
    std::string const& file_;
    bool is_json_;
    position at_{1, 1};
};

/// YAML, or JSON, which is read by a parser of its own: YAML's knows no pairs of \u escapes and no tabs before a key.
/// Text that starts like JSON and is none (a comma too many, say) is tried as YAML; if it is none either, the first
/// fault is told.
inline document parse_file_text(std::string_view text, std::string const& file) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::size_t const first = text.find_first_not_of(" \t\r\n");
    bool const is_json = first != std::string_view::npos && text[first] == '{';
    text_check{text, file, is_json}.run();
    if (!is_json) return parse_yaml(std::string{text}, file);
    try {
        return parse_json(text, file);
    } catch (error const& as_json) {
        if (as_json.id() != "EST-103") throw;
        try {
            return parse_yaml(std::string{text}, file);
        } catch (error const& as_yaml) {
            if (as_yaml.id() != "EST-103") throw;
        }
        throw;
    }
}
}  // namespace detail

}  // namespace estima::inline v0_1
