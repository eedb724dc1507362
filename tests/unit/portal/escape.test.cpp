// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include <estima/portal/escape.hpp>
#include <estima/portal/markup.hpp>

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    estima::portal::append_escaped(out, text);
    return out;
}

}  // namespace

TEST_CASE("HTML's special characters become references") {
    CHECK(escaped("<a href=\"x\" b='y'>&amp;</a>") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST_CASE("ordinary text of any language stays as it is") {
    for (std::string const text : {"", "loss 0.5\n\tepoch 3",
                                   "Gr\xC3\xB6\xC3\x9F"
                                   "e",
                                   "\xE6\x90\x8D\xE5\xA4\xB1", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", "\xF0\x9F\x8C\xB1",
                                   "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC"})
        CHECK(escaped(text) == text);
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD, and no special character hides in them") {
    std::string const replacement = "\xEF\xBF\xBD";
    CHECK(escaped("a\xFFz") == "a" + replacement + "z");
    CHECK(escaped("\xC0\xBCscript\xC0\xBE") == replacement + replacement + "script" + replacement + replacement);
    CHECK(escaped("\xE2<b>") == replacement + "&lt;b&gt;");
    CHECK(escaped("\xF0\x9F\"") == replacement + "&quot;");
    CHECK(escaped("\xEF\xBF\xBF") == replacement);  // U+FFFF is no character
}

TEST_CASE("characters that a reader would not see are told by their numbers") {
    std::map<std::string, std::string> const cases{{std::string(1, '\0'), "[U+0000]"},
                                                   {"\x1B[0m", "[U+001B][0m"},
                                                   {"a\rb", "a[U+000D]b"},
                                                   {"\x7F", "[U+007F]"},
                                                   {"\xC2\x9B", "[U+009B]"},
                                                   {"\xE2\x80\xAE", "[U+202E]"},
                                                   {"\xE2\x81\xA6", "[U+2066]"},
                                                   {"\xEF\xBB\xBF", "[U+FEFF]"},
                                                   {"\xE2\x80\xA8", "[U+2028]"},
                                                   {"\xE2\x80\x8B", "[U+200B]"},
                                                   {"\xF3\xA0\x81\x81", "[U+E0041]"}};
    for (auto const& [text, shown] : cases) CHECK(escaped(text) == shown);
}

TEST_CASE("a text is cut between characters") {
    CHECK(estima::portal::cut("abc", 3) == "abc");
    CHECK(estima::portal::cut("abcd", 3) == "abc");
    CHECK(estima::portal::cut("a\xE2\x82\xAC", 3) == "a");
    CHECK(estima::portal::cut("a\xE2\x82\xAC", 4) == "a\xE2\x82\xAC");
    CHECK(estima::portal::cut("\xF0\x9F\x8C\xB1", 3).empty());
    CHECK(estima::portal::cut("\x80\x80\x80\x80\x80\x80\x80\x80", 6).size() <= 6);
}

TEST_CASE("an address stays inside the run directory and needs no escaping") {
    using estima::portal::relative_address;
    CHECK(relative_address("code/outputs/model.pkl") == "code/outputs/model.pkl");
    CHECK(relative_address("a b/\"<>&?#%.txt") == "a%20b/%22%3C%3E%26%3F%23%25.txt");
    CHECK(relative_address("Gr\xC3\xB6"
                           "\xFF") == "Gr%C3%B6%FF");
    CHECK(relative_address("javascript:evil()") == "./javascript%3Aevil%28%29");
    CHECK(relative_address("code/..well/x") == "code/..well/x");
    for (std::string const path : {"", "/etc/passwd", "..", "../x", "code/../../x", "code/.."})
        CHECK(relative_address(path).empty());
}

TEST_CASE("markup tells how long a text was that it cut, and escapes what is left") {
    estima::portal::markup page;
    page.html("<p>").text(std::string(10, '<'), 4).html("</p>");
    CHECK(page.str() == "<p>&lt;&lt;&lt;&lt;\xE2\x80\xA6 (10 bytes)</p>");
}

TEST_CASE("long names may be broken where their words end") {
    estima::portal::markup page;
    page.name("--a.b_c<SnapshotId\xC3\xA4", 100);
    CHECK(page.str() == "--a.<wbr>b_<wbr>c&lt;Snapshot<wbr>Id\xC3\xA4");
}
