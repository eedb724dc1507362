// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/system/file_tail.hpp>

#include <fstream>

#include <support/temporary_directory.hpp>

namespace {

using lines = std::vector<std::string>;

lines tail_of(std::string const& text, std::size_t count) {
    estima_test::temporary_directory place;
    std::ofstream{place / "log", std::ios::binary} << text;
    return estima::last_lines((place / "log").string(), count);
}

}  // namespace

TEST_CASE("the last lines of a file") {
    CHECK(tail_of("", 3).empty());
    CHECK(tail_of("one", 3) == lines{"one"});
    CHECK(tail_of("one\n", 3) == lines{"one"});
    CHECK(tail_of("one\n\n", 3) == lines{"one", ""});
    CHECK(tail_of("1\n2\n3\n4\n", 3) == lines{"2", "3", "4"});
    CHECK(tail_of("1\r\n2\r\n", 3) == lines{"1", "2"});
    CHECK(tail_of("\n", 3) == lines{""});
    CHECK(estima::last_lines("/no/such/file", 3).empty());
    CHECK(estima::last_lines("/dev/zero", 3).empty());
}

TEST_CASE("long lines are shortened, and it is said") {
    lines const shortened = tail_of("a\n" + std::string(2500, 'x') + "\nb\n", 5);
    REQUIRE(shortened.size() == 3);
    CHECK(shortened[1] == std::string(2000, 'x') + " [500 bytes are left out]");
    lines const huge = tail_of("lost\n" + std::string(1'000'000, 'y') + "END\nb", 5);
    REQUIRE(huge.size() == 2);
    CHECK(huge[0] == "[the start of this line is left out] " + std::string(1997, 'y') + "END");
    CHECK(huge[1] == "b");
}

TEST_CASE("bytes that are no UTF-8 are replaced, and nothing else") {
    std::string const good = "plain \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80 \xED\x9F\xBF";
    CHECK(estima::valid_utf8(good) == good);
    std::string const r = "\xEF\xBF\xBD";
    CHECK(estima::valid_utf8("\xFF") == r);
    CHECK(estima::valid_utf8("\xC0\xAF") == r + r);          // '/', too long
    CHECK(estima::valid_utf8("\xED\xA0\x80") == r + r + r);  // half of a pair
    CHECK(estima::valid_utf8("\xF4\x90\x80\x80") == r + r + r + r);
    CHECK(estima::valid_utf8("cut \xE2\x82") == "cut " + r + r);
    CHECK(estima::valid_utf8(std::string("a\0b", 3)) == std::string("a\0b", 3));
}
