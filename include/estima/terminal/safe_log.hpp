// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

#include <estima/portal/terminal_text.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1::terminal {

/// What a script wrote, for a terminal: lines, tabs and the carriage returns of progress bars stay, escape sequences
/// (colours, titles, movements) are left out, and what else could steer the terminal is shown escaped.
inline std::string safe_log(std::string_view raw) {
    std::string text;
    text.reserve(raw.size());
    while (!raw.empty()) {
        std::size_t length = 1;
        char const first = raw.front();
        if (first == '\x1B')
            length = portal::detail::escape_sequence_length(raw);
        else if (first == '\n' || first == '\t' || first == '\r' || first == '\\')
            text += first;
        else
            text += shown(raw.substr(0, length = std::min(raw.find_first_of("\x1B\n\t\r\\"), raw.size())));
        raw.remove_prefix(length);
    }
    return text;
}

/// The buffer of a stream in front of another one that makes safe what goes through. Its writer gives whole lines at
/// once.
class safe_log_buffer : public std::streambuf {
public:
    explicit safe_log_buffer(std::ostream& out) : out_{out} {}

private:
    std::streamsize xsputn(char const* text, std::streamsize n) override {
        out_ << safe_log({text, static_cast<std::size_t>(n)});
        return out_ ? n : 0;
    }
    int_type overflow(int_type c) override {
        char const byte = static_cast<char>(c);
        return traits_type::eq_int_type(c, traits_type::eof()) || xsputn(&byte, 1) != 1 ? traits_type::eof() : c;
    }
    int sync() override { return out_.flush() ? 0 : -1; }

    std::ostream& out_;
};

}  // namespace estima::inline v0_1::terminal
