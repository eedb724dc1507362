// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/text_table.hpp>

namespace {
using estima::terminal::display_width;
using estima::terminal::screen;
using estima::terminal::text_table;
using estima::terminal::tone;

/// A screen of some width, and what is printed on it.
struct printed_table {
    std::ostringstream out, err;
    screen on{.out = &out, .err = &err, .terminal = true};

    explicit printed_table(std::size_t width, bool unicode = true) {
        on.width = width;
        on.unicode = unicode;
    }
    std::string operator()(text_table const& table) {
        table.print(on);
        return out.str();
    }
};

std::size_t widest_line(std::string const& text) {
    std::istringstream lines{text};
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
    return widest;
}
}  // namespace

TEST_CASE("how many columns a text takes: wide characters, marks, bytes that are no UTF-8") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\u00e9") == 1);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("\u635f\u5931") == 4);
    CHECK(display_width("\U0001F600") == 2);
    CHECK(display_width("\uff21") == 2);
    CHECK(display_width("\u2026") == 1);
    CHECK(display_width("a\xff") == 2);
}

TEST_CASE("a text in a table is cut between characters") {
    using estima::terminal::fitted;
    CHECK(fitted("loss", 4, "\u2026") == "loss");
    CHECK(fitted("losses", 4, "\u2026") == "los\u2026");
    CHECK(fitted("losses", 4, "...") == "l...");
    CHECK(fitted("\u635f\u5931\u5931", 4, "\u2026") == "\u635f\u2026");  // half of a wide character is none
    CHECK(fitted("ae\u0301bc", 3, "\u2026") == "ae\u0301\u2026");
    CHECK(fitted("abc", 0, "\u2026") == "\u2026");
}

TEST_CASE("columns are aligned, whatever is in them, and no line ends in blanks") {
    text_table table{{{"name"}, {"value", true}, {"note"}}};
    table.add({{"\u635f\u5931"}, {"1.5"}, {"x"}});
    table.add({{"a"}, {"200"}, {""}});
    table.add({{"b"}, {""}, {"last"}});
    printed_table print{80};
    CHECK(print(table) ==
          "name  value  note\n"
          "\u635f\u5931    1.5  x\n"
          "a       200\n"
          "b            last\n");
}

TEST_CASE("a table fits 80 columns: the widest are cut, what is whole is not") {
    text_table table{
        {{"id", false, true}, {"a title that is longer than its numbers", true, true}, {"text"}, {"short"}}};
    std::string const id(40, 'i');
    table.add({{id}, {"0.5"}, {std::string(100, 't')}, {"s"}});
    SECTION("with an ellipsis") {
        printed_table print{80};
        std::string const text = print(table);
        CHECK(widest_line(text) <= 80);
        CHECK(text.find(id + "  ") != std::string::npos);
        CHECK(text.find("0.5") != std::string::npos);
        CHECK(text.find("t\u2026") != std::string::npos);
        CHECK(print.err.str().empty());
    }
    SECTION("in ASCII") {
        printed_table print{80, false};
        std::string const text = print(table);
        CHECK(widest_line(text) <= 80);
        CHECK(text.find("t...") != std::string::npos);
    }
    SECTION("what does not fit at all is named") {
        printed_table print{60};
        CHECK(widest_line(print(table)) <= 60);
        CHECK(print.err.str() == "Not shown, since the terminal is too narrow: text, short\n");
    }
    SECTION("a file gets all of it") {
        printed_table print{screen::unlimited};
        CHECK(print(table).find(std::string(100, 't') + "  s\n") != std::string::npos);
    }
}

TEST_CASE("colours come only where there are colours, and do not shift columns") {
    text_table table{{{"status"}, {"n"}}};
    table.add({{"Completed", tone::good}, {"1"}});
    table.add({{"Failed", tone::bad}, {"2"}});
    printed_table plain{80}, coloured{80};
    CHECK(plain(table) == "status     n\nCompleted  1\nFailed     2\n");
    coloured.on.colours = true;
    CHECK(coloured(table) ==
          "\x1B[1mstatus\x1B[0m     \x1B[1mn\x1B[0m\n\x1B[32mCompleted\x1B[0m  1\n\x1B[31mFailed\x1B[0m     2\n");
}

TEST_CASE("a log on a terminal: escape sequences go, other control characters are escaped") {
    using estima::terminal::safe_log;
    CHECK(safe_log("plain \u00e9\ttab\\n\n") == "plain \u00e9\ttab\\n\n");
    CHECK(safe_log("\x1B[31mred\x1B[0m\x1B]0;title\a!\n") == "red!\n");
    CHECK(safe_log("10%\r20%\r") == "10%\r20%\r");
    CHECK(safe_log("a\x07\x08\x7F\xff") == "a\\x07\\x08\\x7f\\xff");
    CHECK(safe_log("\xC2\x9B"
                   "31m") == "\\xc2\\x9b31m");                     // a control sequence of one character
    CHECK(safe_log("\u202Egnp.exe") == "\\xe2\\x80\\xaegnp.exe");  // text from right to left
    std::ostringstream out;
    estima::terminal::safe_log_buffer buffer{out};
    std::ostream safe{&buffer};
    safe << "[1] " << 'x' << "\x1B[2J" << std::endl;
    CHECK(out.str() == "[1] x\n");
}

TEST_CASE("a progress bar fits its line, and is drawn on a terminal only") {
    std::ostringstream err;
    screen on{.err = &err};
    {
        estima::terminal::progress_bar bar{on};
        CHECK(bar.line(0, 2000, "a") == "[........................]   0 %  0 B of 2.0 kB  a");
        CHECK(bar.line(1000, 2000, "a\x07") == "[############............]  50 %  1.0 kB of 2.0 kB  a\\x07");
        CHECK(bar.line(3000, 2000, "").starts_with("[########################] 100 %"));  // a log that grew
        CHECK(display_width(bar.line(10, 2000, std::string(200, 'x'))) == 79);
        bar.show(1, 2000, "a");
        CHECK(err.str().empty());
    }
    CHECK(err.str().empty());
    on.live = true;
    {
        estima::terminal::progress_bar bar{on};
        CHECK(bar.line(1500, 0, "read") == "1.5 kB  read");
        bar.show(1500, 0, "read");
        bar.show(1600, 0, "read");  // too soon
    }
    CHECK(err.str() == "\r1.5 kB  read\x1B[K\r\x1B[K");
}
