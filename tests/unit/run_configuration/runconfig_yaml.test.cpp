// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <string>

#include <estima/runconfig_file/read_runconfig.hpp>

#include "read_text.hpp"

namespace {
using namespace estima;

using estima_test::read;
using estima_test::refusal;
json plain(std::string_view text) { return detail::yaml_plain_scalar(text); }

void check_start(std::string const& text, std::string const& with) { CHECK(text.substr(0, with.size()) == with); }
std::string repeated(std::string_view text, int times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
}
}  // namespace

TEST_CASE("plain scalars are what YAML 1.2 says they are") {
    for (char const* text : {"", "~", "null", "Null", "NULL"}) CHECK(plain(text).is_null());
    for (char const* text : {"true", "True", "TRUE"}) CHECK(plain(text) == true);
    for (char const* text : {"false", "False", "FALSE"}) CHECK(plain(text) == false);
    for (char const* text :
         {"None", "none",  "no",   "NO",         "yes",  "on",   "off", "y",     "n",  "nULL", "tRUE",
          "2g",   "1.2.3", "1:30", "2020-01-31", "0b12", "0o8",  "0xg", "_1",    "+",  "-",    ".",
          "e3",   "1e",    "1e+",  ".e3",        ".inf", ".nan", "0x",  "1 000", "--1"}) {
        INFO(text);
        CHECK(plain(text) == text);
    }
    CHECK(plain("12") == 12);
    CHECK(plain("-012") == -12);
    CHECK(plain("+7") == 7);
    CHECK(plain("0o17") == 15);
    CHECK(plain("0x1f") == 31);
    CHECK(plain("0b101") == 5);
    CHECK(plain("9223372036854775807") == INT64_MAX);
    CHECK(plain("-9223372036854775808") == INT64_MIN);
    CHECK(plain("18446744073709551615") == UINT64_MAX);
    CHECK(plain("1.50") == 1.5);
    CHECK(plain("1e3") == 1000.0);
    CHECK(plain("-.5") == -0.5);
    CHECK(plain("1.").is_number_float());
    CHECK(plain("12").is_number_integer());
}

TEST_CASE("quotes and tags make text") {
    CHECK(read("script: \"null\"").script == "null");
    CHECK(read("script: 'true'").script == "true");
    CHECK(read("script: !!str 12").script == "12");
    CHECK(read("nodeCount: !!int 12").node_count == 12);
    CHECK(read("script: >-\n  a\n  b\n").script == "a b");
    CHECK(read("script: \"a\\tb\\u00fc\\x41\"").script ==
          "a\tb\xC3\xBC"
          "A");
    check_start(refusal("script: !!python/object:os.system ls"),
                "EST-103 f:1:9: the tag tag:yaml.org,2002:python/object:os.system");
    check_start(refusal("nodeCount: !!int many"), "EST-103 f:1:12: the tag");
    check_start(refusal("mpi: !!set {}"), "EST-103 f:1:6: the tag");
}

TEST_CASE("a key that is given twice is refused with both lines") {
    CHECK(refusal("script: a\ntarget: b\nscript: c\n") ==
          "EST-104 f:3:1 (script): it is given in line 1 and in line 3");
    CHECK(refusal("mpi: {processCountPerNode: 1, processCountPerNode: 2}") ==
          "EST-104 f:1:31 (processCountPerNode): it is given in line 1 and in line 1");
    CHECK(refusal("{\"script\": \"a\",\n\"script\": \"b\"}") ==
          "EST-104 f:2:1 (script): it is given in line 1 and in line 2");
}

TEST_CASE("aliases and merges are followed") {
    run_configuration const c = read(
        "environment: {environmentVariables: &v {A: a, B: b}}\nenvironmentVariables:\n  <<: *v\n  B: c\ntags: *v\n");
    CHECK(c.environment_variables == std::map<std::string, std::string>{{"A", "a"}, {"B", "c"}});
    CHECK(c.tags == c.environment.environment_variables);
    CHECK(read("tags: {\"<<\": x}").tags.at("<<") == "x");
    // numbers and words as they stand where the anchor is
    run_configuration const n = read(
        "x: [&one {A: 1.50, B: 2, D: 0x1F}, {E: 1e3}]\nscript: a\narguments: &a [1.50, &b 2.0]\ntarget: *b\n"
        "environment: {environmentVariables: {<<: [*one, {C: True, A: 7}], B: 3.10}}\nenvironmentVariables: {<<: "
        "*one}\n");
    CHECK(n.arguments == std::vector<std::string>{"1.50", "2.0"});
    CHECK(n.target == "2.0");
    CHECK(n.environment.environment_variables ==
          std::map<std::string, std::string>{{"A", "1.50"}, {"B", "3.10"}, {"C", "True"}, {"D", "0x1F"}});
    CHECK(n.environment_variables == std::map<std::string, std::string>{{"A", "1.50"}, {"B", "2"}, {"D", "0x1F"}});
    check_start(refusal("arguments: &a [*a]"), "EST-103 f:1:16: this alias stands inside");
    check_start(refusal("script: *nowhere"), "EST-103 f:1:9: ");
    check_start(refusal("tags: {<<: 3}"), "EST-103 f:1:8: << merges maps");
    check_start(refusal("a: &n 1.5\nscript: b\nnodeCount: *n\n"),
                "EST-105 f:3:12 (nodeCount): expected a whole number");
}

TEST_CASE("aliases cannot make a small file large") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 20; ++i) {
        std::string const before = "*a" + std::to_string(i - 1);
        bomb +=
            "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + repeated(", " + before, 9) + "]\n";
    }
    check_start(refusal(bomb), "EST-106 f:");
    std::string const text =
        "tags: {a: &a \"" + std::string(100000, 'x') + "\"}\narguments: [" + repeated("*a, ", 1000) + "]\n";
    check_start(refusal(text), "EST-106 f:2:");
}

TEST_CASE("what nests too deeply or is too large is refused") {
    check_start(refusal("mine: " + repeated("[", 100000) + repeated("]", 100000)), "EST-106 f:1:");
    check_start(refusal("{\"mine\": " + repeated("[", 100000)), "EST-106 f:1:");
    check_start(refusal("mine: " + repeated("[", 100000)), "EST-10");
    check_start(refusal(repeated("{\"a\":", 100000)), "EST-106 f:1:");
    std::string steps;
    for (int i = 0; i < 200; ++i) steps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    check_start(refusal(steps), "EST-106 f:");
    check_start(refusal(repeated("- ", 50000)), "EST-106 f:1:");
    CHECK(refusal("script: " + std::string(largest_runconfig_file, 'a')) ==
          "EST-106 f: it has 1048584 bytes, and at most 1048576 are read");
    CHECK(read("mine: " + repeated("[", 20) + repeated("]", 20)).unknown.text.size() > 40);
}

TEST_CASE("what is no text for YAML is refused with its place") {
    CHECK(refusal("script: a\nmpi:\n\tprocessCountPerNode: 1\n") ==
          "EST-103 f:3:1: YAML is indented by spaces, and this is a tab");
    CHECK(refusal("script: caf\xE9\n") == "EST-103 f:1:12: this is not UTF-8");
    for (char const* bytes :
         {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8", "\x80", "\xE2\x82"}) {
        INFO(static_cast<int>(static_cast<unsigned char>(bytes[0])));
        check_start(refusal("script: " + std::string{bytes}), "EST-103 f:1:9: this is not UTF-8");
    }
    CHECK(read("\xEF\xBB\xBFscript: a.py").script == "a.py");
    CHECK(refusal(std::string_view{"\xFF\xFEs\0c\0", 6}) == "EST-103 f:1:1: this is not UTF-8");
    CHECK(refusal(std::string_view{"script: a\0b", 11}) == "EST-103 f:1:10: a control character stands here");
    CHECK(refusal("script: a\x04\nnodeCount: 7") ==
          "EST-103 f:1:10: a control character stands here");  // yaml-cpp's end of file
    check_start(refusal("%YAML 1.1\n---\nscript: no\n"), "EST-103 f:1:1: another version of YAML");
    CHECK(refusal("%YAML 1.2\n---\nscript: no\n") == "taken");
    CHECK(read("script: a.py\r\nnodeCount: 2\r\n").script == "a.py");
}

TEST_CASE("syntax that is wrong is refused with its place, whatever the parser throws") {
    for (char const* text : {"script: \"a", "script: [a", "script: {a", "a: b: c", "script: &", "script: @a",
                             "script: 'a' b", "- a\nb: c", "\"a\" b", "{\"script\" \"a\"}", "{", "}", "script: |x\n",
                             "%", "script: \"\\q\"", "? [a]\n: b", "{[a]: b}"}) {
        INFO(text);
        CHECK(refusal(text).substr(0, 8) == "EST-103 ");
    }
    CHECK(refusal("") == "EST-103 f: it is empty");
    CHECK(refusal("# nothing\n") == "EST-103 f: it is empty");
    check_start(refusal("script: a\n---\nscript: b\n"), "EST-103 f: it has two documents");
    check_start(refusal("{\"script\": \"a\",\n \"nodeCount\" 2}"), "EST-103 f:2:14: syntax error");
    check_start(refusal("script: a\nnodeCount: [1\n"), "EST-103 f:");
}

TEST_CASE("quotes and brackets that do not end are refused, also where the last line ends") {
    for (std::string const start : {"script: \"a", "script: 'a", "script: \"a\\", "script: 'a''"}) {
        INFO(start);
        for (char const* end : {"\n", "\r\n", "\n\n  \n", "\nnodeCount: 2\n"})
            CHECK(refusal(start + end) == "EST-103 f:1:9: what starts with this quote does not end");
    }
    CHECK(refusal("target: \"x\"\ntags: {\xC3\xBC: '\xC3\xBC'}\nscript: &a 'b\n\n") ==
          "EST-103 f:3:12: what starts with this quote does not end");
    CHECK(refusal("arguments:\n- 'a\n- b\n") == "EST-103 f:2:3: what starts with this quote does not end");
    for (char const* text : {"arguments: [a\n", "arguments: [\n", "arguments: [a, \"b\n", "arguments: [[a]\n"})
        check_start(refusal(text), "EST-103 f:2:1: ");
    for (char const* text : {"tags: {a: b\n", "tags: {\n", "tags: {a:\n"})
        check_start(refusal(text), "EST-103 f:2:1: ");

    CHECK(read("target: \"x\"\nscript: it's\n").script == "it's");
    CHECK(read("script: 'it''s'\n# don't\n").script == "it's");
    CHECK(read("script: a # \"b\n").script == "a");
    CHECK(read("script: |\n  \"a\n").script == "\"a\n");
    CHECK(read("script: >-\n  'a").script == "'a");
    CHECK(read("script: \"a\n  b\"\n...\n").script == "a b");
}
