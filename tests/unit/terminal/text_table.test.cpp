// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/safe_log.hpp>
#include <estima/terminal/text_table.hpp>
#include <estima/terminal/words.hpp>
#include <estima/terminal/working_line.hpp>
#include <estima/terminal/wrap_text.hpp>

namespace {
using estima::terminal::display_width;
using estima::terminal::least_of_id;
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

TEST_CASE("a name is cut in its middle, and more is shown of its end than of its beginning") {
    using estima::terminal::fitted_in_middle;
    CHECK(fitted_in_middle("loss", 4, "\u2026") == "loss");
    CHECK(fitted_in_middle("0123456789", 7, "\u2026") == "01\u20266789");
    CHECK(fitted_in_middle("0123456789", 7, "...") == "0...789");
    CHECK(fitted_in_middle("\u635f\u635f\u635f\u5931", 7, "\u2026") == "\u635f\u2026\u635f\u5931");
    CHECK(fitted_in_middle("01234567xe\u0301", 4, "\u2026") == "0\u2026xe\u0301");
    CHECK(fitted_in_middle("01234567ae\u0301x", 4, "\u2026") == "0\u2026e\u0301x");
    CHECK(fitted_in_middle("abc", 1, "\u2026") == "\u2026");
    CHECK(fitted_in_middle("abc", 0, "\u2026") == "\u2026");
    CHECK(fitted_in_middle("a\xff\xff\xff", 3, "-") == "-\xff\xff");
}

TEST_CASE("a long name leaves room for what stands beside it, and is whole where it stands alone") {
    std::string const name = "a_name_that_is_long_" + std::string(100, 'n') + "_1795480859_04085d96";
    text_table table{{{"id", false, true, least_of_id}, {"status", false, true}, {"took", true, true}}};
    table.add({{name}, {"Completed"}, {"9.20 s"}});
    printed_table print{80};
    std::string const text = print(table);
    CHECK(widest_line(text) == 80);
    CHECK_THAT(text, Catch::Contains("\na_name_that_is_long") && Catch::Contains("\u2026") &&
                         Catch::Contains("nnn_1795480859_04085d96  Completed  9.20 s\n"));
    CHECK(print.err.str().empty());
    printed_table narrow{41};
    CHECK_THAT(narrow(table), Catch::Contains("a_name_th\u2026_1795480859_04085d96  Completed\n"));
    text_table alone{{{"id", false, true, least_of_id}}};
    alone.add({{name}});
    printed_table whole{80};
    CHECK(whole(alone) == "id\n" + name + "\n");
    printed_table file{screen::unlimited};
    CHECK_THAT(file(table), Catch::Contains(name + "  Completed"));
}

TEST_CASE("a text is wrapped at blanks and beside wide characters; other words stay whole") {
    using estima::terminal::wrapped;
    using lines = std::vector<std::string>;
    CHECK(wrapped("", 10) == lines{""});
    CHECK(wrapped("a b", screen::unlimited) == lines{"a b"});
    CHECK(wrapped("one two three", 8) == lines{"one two", "three"});
    CHECK(wrapped("one   two", 5) == lines{"one", "two"});
    CHECK(wrapped("/a/path/that/is/long and more words", 10) == lines{"/a/path/that/is/long", "and more", "words"});
    CHECK(wrapped("\u635f\u5931\u5931\u635f", 5) == lines{"\u635f\u5931", "\u5931\u635f"});
    CHECK(wrapped("ab\u635f\u5931", 4) == lines{"ab\u635f", "\u5931"});
    CHECK(wrapped("\U0001F468\u200D\U0001F469", 2) == lines{"\U0001F468\u200D\U0001F469"});  // joined into one
    CHECK(wrapped("e\u0301 x", 1) == lines{"e\u0301", "x"});
    CHECK(wrapped("ends with blanks   ", 16) == lines{"ends with blanks"});
}

TEST_CASE("a text of estima's own is not escaped again") {
    screen on;
    CHECK(on.told("a\\x1b[31m b\\\\c") == "a\\x1b[31m b\\\\c");
    CHECK(on.told("raw \x1B\\ \n") == "raw \\x1b\\ \\n");
    CHECK(on.safe("a\\x1b") == "a\\\\x1b");
}

TEST_CASE("what was counted, and which names are like one") {
    using namespace estima::terminal;
    CHECK(counted(1, "file") == "1 file");
    CHECK(counted(0, "file") == "0 files");
    CHECK(counted(2, "child", "children") == "2 children");
    CHECK(names_like("lost", {"accuracy", "loss"}, "there are: ") == "did you mean: loss");
    CHECK(names_like("acc", {"accuracy", "loss"}, "there are: ") == "did you mean: accuracy");
    CHECK(names_like("nothing", {"a\x1B", "loss"}, "there are: ") == "there are: a\\x1b, loss");
}

TEST_CASE("a line about work that does not say how far it is comes on a terminal only, and goes") {
    /// Remembers what is written, and wakes who waits for it.
    struct heard : std::streambuf {
        std::mutex mutex;
        std::condition_variable changed;
        std::string text;
        int_type overflow(int_type c) override { return xsputn(reinterpret_cast<char const*>(&c), 1), c; }
        std::streamsize xsputn(char const* more, std::streamsize n) override {
            std::lock_guard const held{mutex};
            text.append(more, static_cast<std::size_t>(n));
            changed.notify_all();
            return n;
        }
        void wait_for(std::string const& part) {
            std::unique_lock lock{mutex};
            changed.wait(lock, [&] { return text.find(part) != std::string::npos; });
        }
    } buffer;
    std::ostream err{&buffer};
    screen on{.err = &err};
    { estima::terminal::working_line const line{on, "not seen"}; }
    CHECK(buffer.text.empty());
    on.live = true;
    {
        estima::terminal::working_line const line{on, "removing"};
        buffer.wait_for("\x1B[K");
    }
    CHECK(buffer.text.starts_with("\rremoving  "));
    CHECK(buffer.text.ends_with("\r\x1B[K"));
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

TEST_CASE("in a file a very long cell is whole, and pads nothing but its own row") {
    text_table table{{{"name"}, {"value", true}}};
    table.add({{std::string(5000, 'n')}, {"1"}});
    table.add({{"short"}, {"2"}});
    printed_table print{screen::unlimited};
    CHECK(print(table) == "name" + std::string(58, ' ') + "value\n" + std::string(5000, 'n') + "      1\nshort" +
                              std::string(61, ' ') + "2\n");
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
        CHECK(bar.line(1000, 2000, "a", 100) ==
              "[############............]  50 %  1.0 kB of 2.0 kB  100 B/s, 10 s left  a");
        CHECK(bar.line(1000, 2'000'000, "", 100).ends_with("  100 B/s, 5 h 33 min left  "));
        CHECK(bar.line(2000, 2000, "a", 100).ends_with("  100 B/s  a"));
        CHECK(bar.line(1000, 0, "read", 100) == "1.0 kB  100 B/s  read");
        on.live_width = 30;  // numbers first
        CHECK(bar.line(1000, 2000, "a file with a long name") == " 50 %  1.0 kB of 2.0 kB  a f\u2026");
        on.live_width = 80;
        bar.show(1, 2000, "a");
        CHECK(err.str().empty());
    }
    CHECK(err.str().empty());
    on.live = true;
    {
        estima::terminal::progress_bar bar{on};
        CHECK(bar.line(1500, 0, "read") == "1.5 kB  read");
        CHECK(estima::terminal::progress_bar{on, "runs"}.line(5, 0, "index", 2.5) == "5 runs  2 runs/s  index");
        CHECK(estima::terminal::progress_bar{on, "runs"}.line(500, 1000, "index") ==
              "[############............]  50 %  500 of 1000 runs  index");
        bar.show(1500, 0, "read");
        bar.show(1600, 0, "read");  // too soon
    }
    CHECK(err.str() == "\r1.5 kB  read\x1B[K\r\x1B[K");
}

TEST_CASE("the columns that are shown share the room of those that are not") {
    text_table table{{{"first"}, {"second"}, {"third"}}};
    table.add({{std::string(20, 'a')}, {std::string(20, 'b')}, {std::string(20, 'c')}});
    printed_table all{28};
    CHECK_THAT(all(table), Catch::Contains("aaaaaaa\u2026  bbbbbbb\u2026  ccccccc\u2026"));
    printed_table two{27};  // one too few for three columns of eight
    std::string const text = two(table);
    CHECK_THAT(text, Catch::Contains("aaaaaaaaaaa\u2026  bbbbbbbbbbbb\u2026") ||
                         Catch::Contains("aaaaaaaaaaaa\u2026  bbbbbbbbbbb\u2026"));
    CHECK(widest_line(text) == 27);
    CHECK_THAT(two.err.str(), Catch::Contains("too narrow: third"));
}
