// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include <estima/snapshot/ignore_rules.hpp>

#include <support/temporary_directory.hpp>
#include "git_command.hpp"

namespace {

// As a walk from the top would decide: below an ignored directory everything is.
bool excluded(estima::ignore_rules const& rules, std::string_view path, bool is_directory) {
    for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
        if (rules.ignored(path.substr(0, slash), true)) return true;
    return rules.ignored(path, is_directory);
}

bool ignores(std::string_view file, std::string_view path, bool is_directory = false) {
    return excluded(estima::ignore_rules{file}, path, is_directory);
}

}  // namespace

TEST_CASE("a pattern without a slash matches at any depth, one with a slash only from the top", "[snapshot][ignore]") {
    CHECK(ignores("*.pyc", "a.pyc"));
    CHECK(ignores("*.pyc", "deep/down/a.pyc"));
    CHECK_FALSE(ignores("*.pyc", "a.py"));
    CHECK(ignores("/top", "top"));
    CHECK_FALSE(ignores("/top", "sub/top"));
    CHECK(ignores("sub/top", "sub/top"));
    CHECK_FALSE(ignores("sub/top", "other/sub/top"));
    CHECK_FALSE(ignores("Data", "data"));
}

TEST_CASE("a trailing slash asks for a directory", "[snapshot][ignore]") {
    CHECK(ignores("data/", "data", true));
    CHECK_FALSE(ignores("data/", "data", false));
    CHECK(ignores("data/", "x/data/file"));
}

TEST_CASE("stars stop at slashes, two stars between slashes do not", "[snapshot][ignore]") {
    CHECK(ignores("/a/*", "a/b"));
    CHECK_FALSE(ignores("/a/*/c", "a/b/b/c"));
    CHECK(ignores("a/**/c", "a/c"));
    CHECK(ignores("a/**/c", "a/b/b/c"));
    CHECK(ignores("**/c/d", "c/d"));
    CHECK(ignores("**/c/d", "a/b/c/d"));
    CHECK(ignores("a/**", "a/b/c"));
    CHECK_FALSE(ignores("a/**", "a", true));
    CHECK_FALSE(ignores("/a**c", "ab/c"));
    CHECK_FALSE(ignores("a?c", "a/c"));
    // As git has it: two stars right after the literal start of a pattern count as if a slash stood before them.
    CHECK(ignores("a**/z", "ab/c/z"));
    CHECK(ignores("/a**/z", "az"));
    CHECK_FALSE(ignores("?b**/z", "ab/c/z"));
}

TEST_CASE("the last pattern that matches decides, but nothing comes back below an excluded parent",
          "[snapshot][ignore]") {
    CHECK_FALSE(ignores("*.log\n!keep.log\n", "keep.log"));
    CHECK(ignores("!keep.log\n*.log\n", "keep.log"));
    CHECK(ignores("/logs/\n!/logs/keep.log\n", "logs/keep.log"));
    CHECK_FALSE(ignores("/logs/*\n!/logs/keep.log\n", "logs/keep.log"));
}

TEST_CASE("comments, escapes, trailing spaces and line ends are git's", "[snapshot][ignore]") {
    CHECK_FALSE(ignores("#a", "#a"));
    CHECK(ignores("\\#a", "#a"));
    CHECK(ignores("\\!a", "!a"));
    CHECK(ignores("a  ", "a"));
    CHECK(ignores("a\\ ", "a "));
    CHECK_FALSE(ignores("a\\ ", "a"));
    CHECK(ignores("a\t", "a\t"));
    CHECK(ignores("a\r\nb\r\n", "a"));
    CHECK(ignores("a\nb\r", "b"));
    CHECK(
        ignores("\xEF\xBB\xBF"
                "a\n",
                "a"));
    CHECK_FALSE(ignores("a\\", "a\\"));
    CHECK_FALSE(ignores("\n\r\n  \n", "anything"));
    CHECK(ignores("a\nlast", "last"));
}

TEST_CASE("bracket sets know ranges, negation and POSIX classes", "[snapshot][ignore]") {
    CHECK(ignores("[a-c]", "b"));
    CHECK_FALSE(ignores("[!a-c]", "b"));
    CHECK(ignores("[^a-c]", "d"));
    CHECK(ignores("[]]", "]"));
    CHECK(ignores("[a-]", "-"));
    CHECK(ignores("[\\]]", "]"));
    CHECK(ignores("x[[:digit:]_]", "x7"));
    CHECK(ignores("x[[:digit:]_]", "x_"));
    CHECK_FALSE(ignores("x[[:digit:]]", "xa"));
    CHECK_FALSE(ignores("x[[:nonsense:]]", "xa"));
    CHECK_FALSE(ignores("x[ab", "xa"));
    CHECK_FALSE(ignores("a[/]b", "a/b"));
    CHECK(ignores("[\xC3]?", "\xC3\xA9"));
}

TEST_CASE("a hostile pattern takes no exponential time", "[snapshot][ignore]") {
    std::string pattern = "/";
    for (int i = 0; i < 40; ++i) pattern += "**/*a*";
    estima::ignore_rules const rules{pattern + "b"};
    auto const start = std::chrono::steady_clock::now();
    CHECK_FALSE(rules.ignored(std::string(4000, 'a'), false));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{5});
}

TEST_CASE("generated patterns select what git selects", "[snapshot][ignore][git]") {
    if (!estima_test::has_git()) {
        WARN("no git on this machine: not compared");
        return;
    }
    estima_test::temporary_directory temporary;
    std::filesystem::path const repository = temporary / "repository";
    std::filesystem::create_directory(repository);
    estima_test::git(repository, "init -q");

    std::mt19937 random{20240131};
    auto pick = [&](auto const& from) { return from[random() % from.size()]; };
    // "z"... are files, the others serve as folders, too: a name is not both in one place.
    std::vector<std::string> const folders{"a", "b", "ab", "a.b", "[a]", "a b", ".c", "\xC3\xA9", "c-d", "abc"};
    std::vector<std::string> const files{"z",    "za", "z.b", "z ", "z\\", "#z",  "!z",    "z*",
                                         "z[b]", "z-", "z]",  "z^", "Z1",  "z\t", "z\xFF", "z:"};
    std::set<std::string> paths;
    while (paths.size() < 160) {
        std::string path;
        for (auto depth = random() % 4; depth > 0; --depth) path += pick(folders) + "/";
        paths.insert(path + pick(files));
    }
    for (auto const& path : paths) {
        std::filesystem::create_directories((repository / path).parent_path());
        std::ofstream{repository / path} << "x";
    }

    std::vector<std::string> const pieces{"a",
                                          "b",
                                          "z",
                                          "c",
                                          ".",
                                          "*",
                                          "*",
                                          "**",
                                          "**/",
                                          "/**",
                                          "/",
                                          "/",
                                          "?",
                                          "ab",
                                          "[ab]",
                                          "[!a]",
                                          "[^z]",
                                          "[a-c]",
                                          "[c-a]",
                                          "[]-]",
                                          "[a-",
                                          "[[:alpha:]]",
                                          "[[:punct:]b]",
                                          "[[:space:]]",
                                          "[[:x:]]",
                                          "[[:",
                                          "[",
                                          "]",
                                          "-",
                                          "\\",
                                          "\\a",
                                          "\\*",
                                          "\\[",
                                          "!",
                                          "#",
                                          " ",
                                          "\\ ",
                                          "\xC3\xA9",
                                          "\t",
                                          "za",
                                          "[\\]z]",
                                          "[!-a]",
                                          "[a-c-z]",
                                          "\\/",
                                          "***",
                                          "a b",
                                          "z*",
                                          "*.b"};
    std::vector<std::string> const ends{"\n", "\n", "\n", "\r\n", " \n", "/\n", "/\r\n", ""};
    int selected = 0, different = 0;
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (auto lines = 1 + random() % 4; lines > 0; --lines) {
            if (random() % 5 == 0) text += "!";
            if (random() % 6 == 0) text += "/";
            // Half of the lines are made from an existing path, so that they often match.
            if (random() % 2 == 0) {
                std::string path = *std::next(paths.begin(), static_cast<std::ptrdiff_t>(random() % paths.size()));
                auto const at = random() % path.size();
                path.replace(at, 1 + random() % 5, pick(pieces));
                text += path;
            } else {
                for (auto n = 1 + random() % 5; n > 0; --n) text += pick(pieces);
            }
            text += pick(ends);
        }
        std::ofstream{temporary / "patterns", std::ios::binary} << text;
        std::string const listed =
            estima_test::git(repository, "ls-files -o -z --exclude-from='" + (temporary / "patterns").string() + "'");
        std::set<std::string> by_git;
        for (std::size_t at = 0, end = 0; (end = listed.find('\0', at)) != listed.npos; at = end + 1)
            by_git.insert(listed.substr(at, end - at));
        estima::ignore_rules const rules{text};
        std::set<std::string> by_us;
        for (auto const& path : paths)
            if (!excluded(rules, path, false)) by_us.insert(path);
        selected += static_cast<int>(paths.size() - by_git.size());
        if (by_us != by_git) {
            ++different;
            std::vector<std::string> difference;
            std::set_symmetric_difference(by_us.begin(), by_us.end(), by_git.begin(), by_git.end(),
                                          std::back_inserter(difference));
            UNSCOPED_INFO("patterns {" << text << "} differ for " << difference.size() << " paths, such as {"
                                       << difference.front() << "}");
        }
    }
    CHECK(different == 0);
    CHECK(selected > 3000);  // or the patterns were not worth much
}

TEST_CASE("each POSIX class holds the characters that it holds for git", "[snapshot][ignore][git]") {
    if (!estima_test::has_git()) {
        WARN("no git on this machine: not compared");
        return;
    }
    estima_test::temporary_directory temporary;
    estima_test::git(temporary.path(), "init -q");
    std::vector<std::string> names;
    for (int c = 1; c < 256; ++c) {
        if (c == '/') continue;
        names.push_back(std::string{"x"} + static_cast<char>(c));
        std::ofstream{temporary / names.back()} << c;
    }
    for (char const* const name : {"alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
                                   "space", "upper", "xdigit"}) {
        std::string const pattern = "x[[:" + std::string{name} + ":]]";
        std::string const listed = estima_test::git(temporary.path(), "ls-files -o -z -x '" + pattern + "'");
        estima::ignore_rules const rules{pattern};
        for (auto const& file : names) {
            bool const kept_by_git = listed.find('\0' + file + '\0') != listed.npos || listed.starts_with(file + '\0');
            INFO(pattern << " and character " << static_cast<int>(static_cast<unsigned char>(file[1])));
            CHECK(rules.ignored(file, false) == !kept_by_git);
        }
    }
}
