// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>

#include <estima/history/terminal_metrics.hpp>
#include <estima/system/json.hpp>
#include <estima/system/shown.hpp>
#include <estima/terminal/display_width.hpp>

namespace estima::inline v0_1::terminal {

/// What a text means; where colours are allowed, its colour.
enum class tone { plain, title, good, bad, busy, soft };

/// Where a command writes, and what that place can show. A plain value: tests make their own.
struct screen {
    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::ostream* out = &std::cout;  ///< what was asked for
    std::ostream* err = &std::cerr;  ///< notices, progress
    bool json = false;               ///< what was asked for as JSON, for programs
    bool terminal = false;           ///< `out` is a terminal: what comes from runs may not steer it
    bool live = false;               ///< `err` is a terminal: progress is shown there
    bool colours = false;
    bool unicode = true;            ///< else nothing but ASCII is drawn
    std::size_t width = unlimited;  ///< columns of `out`; a file has no limit, so that nothing is cut there
    std::size_t height = unlimited;  ///< lines of `out`, where it is a terminal
    std::size_t live_width = 80;     ///< columns of `err`

    /// The standard output and error of this program. Colours: only on a terminal, and not if NO_COLOR is set or TERM
    /// is "dumb". The width is that of the terminal, else of $COLUMNS, else 80.
    static screen of_this_program() {
        auto const variable = [](char const* name) {
            char const* const value = std::getenv(name);
            return std::string_view{value != nullptr ? value : ""};
        };
        screen s;
        s.terminal = ::isatty(STDOUT_FILENO) == 1;
        s.live = ::isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb";
        s.colours = s.terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
        s.unicode = estima::detail::locale_is_utf8();
        if (s.terminal) s.width = columns_of(STDOUT_FILENO, variable("COLUMNS"));
        if (winsize size{}; s.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
            s.height = size.ws_row;
        s.live_width = columns_of(STDERR_FILENO, variable("COLUMNS"));
        return s;
    }

    /// The text in its colour, where there are colours.
    std::string painted(std::string_view text, tone t) const {
        constexpr std::string_view codes[] = {"", "\x1B[1m", "\x1B[32m", "\x1B[31m", "\x1B[33m", "\x1B[2m"};
        std::string_view const code = codes[static_cast<std::size_t>(t)];
        if (!colours || code.empty() || text.empty()) return std::string{text};
        return std::string{code}.append(text).append("\x1B[0m");
    }

    /// A text that a run gave (a name, a value, a message), on one line and unable to steer a terminal.
    std::string safe(std::string_view text) const { return shown(text); }

    /// A text of estima's own, in which names are escaped already: backslashes stay as they are.
    std::string told(std::string_view text) const {
        std::string safe;
        for (std::size_t end = 0; (end = text.find('\\')) != std::string_view::npos; text.remove_prefix(end + 1))
            safe.append(shown(text.substr(0, end))) += '\\';
        return safe + shown(text);
    }

    /// How many columns are left for a text behind a margin: a few even where there is hardly a terminal.
    std::size_t room_behind(std::size_t margin) const {
        return width == unlimited ? width : std::max(width, margin + 12) - margin;
    }

    /// What stands for the rest of a text that was cut.
    std::string_view cut_mark() const { return unicode ? "\u2026" : "..."; }

    /// One JSON value on one line. What is no UTF-8 becomes U+FFFD; on a terminal everything beyond ASCII is escaped,
    /// since JSON lets some control characters through.
    void print_json(estima::json const& value) const {
        *out << value.dump(-1, ' ', terminal, estima::json::error_handler_t::replace) << '\n';
    }

private:
    static std::size_t columns_of(int fd, std::string_view told) {
        winsize size{};
        if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
        std::size_t columns = 0;
        auto const [end, code] = std::from_chars(told.data(), told.data() + told.size(), columns);
        return code == std::errc{} && end == told.data() + told.size() && columns > 0 ? columns : 80;
    }
};

}  // namespace estima::inline v0_1::terminal
