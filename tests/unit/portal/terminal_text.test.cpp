// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <string>

#include <estima/portal/log_tail.hpp>
#include <estima/system/files.hpp>

#include "../../support/temporary_directory.hpp"

using estima::portal::read_log_tail;
using estima::portal::terminal_text;

TEST_CASE("escape sequences are taken out of a log") {
    CHECK(terminal_text("\x1B[1;32mgreen\x1B[0m text") == "green text");
    CHECK(terminal_text("\x1B]0;title\atext") == "text");
    CHECK(terminal_text("\x1B]8;;http://x\x1B\\link\x1B]8;;\x1B\\") == "link");
    CHECK(terminal_text("\x1B(Bplain\x1B=x") == "plainx");
    CHECK(terminal_text("\x1BPdata\x1B\\after") == "after");
}

TEST_CASE("a torn escape sequence does not take the rest of the log with it") {
    CHECK(terminal_text("end\x1B") == "end");
    CHECK(terminal_text("end\x1B[") == "end");
    CHECK(terminal_text("\x1B[3\nnext line") == "\nnext line");
    CHECK(terminal_text("\x1B]0;never ended\nnext line") == "\nnext line");
    CHECK(terminal_text("\x1B]" + std::string(10'000, 'x') + "end").ends_with("end"));
    CHECK(terminal_text("\x1B\x1B[1mx") == "x");
}

TEST_CASE("lines that were written over are shown in their last state") {
    CHECK(terminal_text(" 10%\r 50%\r100%\ndone\r\n") == "100%\ndone\n");
    CHECK(terminal_text(" 10%\r 50%\r") == " 50%");
    CHECK(terminal_text("first\nab\rc") == "first\nc");
    CHECK(terminal_text("1/3\b\b\b2/3") == "2/3");
    CHECK(terminal_text("\xE2\x82\xAC\b$") == "$");
    CHECK(terminal_text("a\n\b\bb") == "a\nb");
}

TEST_CASE("the tail of a small log is all of it") {
    estima_test::temporary_directory const folder;
    estima::replace_file(folder / "log", "one\ntwo\n");
    auto const tail = read_log_tail(folder / "log");
    CHECK(tail.text == "one\ntwo");
    CHECK(tail.whole);
    CHECK(tail.size == 8);
}

TEST_CASE("the tail of a large log is its last whole lines") {
    estima_test::temporary_directory const folder;
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
    estima::replace_file(folder / "log", text);
    auto const tail = read_log_tail(folder / "log");
    CHECK(tail.size == text.size());
    CHECK_FALSE(tail.whole);
    CHECK(tail.text.starts_with("line 99880\n"));
    CHECK(tail.text.ends_with("\nline 99999"));
}

TEST_CASE("of one endless line the end is shown, from a whole character on") {
    estima_test::temporary_directory const folder;
    std::string text;
    while (text.size() < 1'000'000) text += "\xE2\x82\xAC";
    estima::replace_file(folder / "log", text);
    auto const tail = read_log_tail(folder / "log");
    CHECK_FALSE(tail.whole);
    CHECK(tail.text.size() <= 16 * 1024);
    CHECK(tail.text.size() > 16 * 1024 - 4);
    CHECK(tail.text.starts_with("\xE2\x82\xAC"));
}

TEST_CASE("what is no plain file is no log") {
    estima_test::temporary_directory const folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_symlink("/etc/passwd", folder / "link");
    for (std::string const name : {"pipe", "link", "missing", "."}) CHECK(read_log_tail(folder / name).text.empty());
}
