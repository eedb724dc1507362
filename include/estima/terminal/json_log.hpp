// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <charconv>
#include <streambuf>
#include <string>
#include <string_view>

#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

/// The buffer of a stream that makes a JSON object of each line: {"rank": 1, "stream": "stderr", "text": "..."}. Rank
/// and stream stand before the line, as output_follower writes them: "[1 stderr] ...".
class json_log_buffer : public std::streambuf {
public:
    explicit json_log_buffer(screen const& on) : on_{on} {}
    json_log_buffer(json_log_buffer const&) = delete;
    json_log_buffer& operator=(json_log_buffer const&) = delete;
    ~json_log_buffer() override {
        if (!line_.empty()) end_line();
    }

private:
    std::streamsize xsputn(char const* text, std::streamsize n) override {
        std::string_view rest{text, static_cast<std::size_t>(n)};
        for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
            line_.append(rest.substr(0, end));
            end_line();
        }
        line_.append(rest);
        return n;
    }
    int_type overflow(int_type c) override {
        char const byte = static_cast<char>(c);
        if (!traits_type::eq_int_type(c, traits_type::eof())) xsputn(&byte, 1);
        return traits_type::not_eof(c);
    }
    int sync() override { return on_.out->flush() ? 0 : -1; }

    void end_line() {
        int rank = 0;
        std::string_view text = line_;
        auto const [end, code] = std::from_chars(line_.data() + 1, line_.data() + line_.size(), rank);
        text.remove_prefix(static_cast<std::size_t>(end - line_.data()) + 1);
        std::string_view const stream = text.substr(0, text.find(']'));
        text.remove_prefix(stream.size() + 2);  // "] "
        on_.print_json({{"rank", rank}, {"stream", stream}, {"text", text}});
        line_.clear();
    }

    screen const& on_;
    std::string line_;
};

}  // namespace estima::inline v0_1::terminal
