// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <estima/workspace/compare_code.hpp>
#include <estima/workspace/workspace.hpp>

#include "../../support/fake_run.hpp"

namespace {
using estima::unified_diff;
using estima_test::write_file;

/// A text of few different lines, so that there are many ways from one to another.
std::string any_text(std::mt19937& random) {
    std::string text;
    for (unsigned lines = static_cast<unsigned>(random() % 30); lines > 0; --lines)
        text += std::string(1, static_cast<char>('a' + random() % 4)) + "\n";
    if (random() % 4 == 0 && !text.empty()) text.pop_back();
    return text;
}
/// How many lines a diff adds and takes out.
std::size_t changes_in(std::string const& diff) {
    std::size_t count = 0, line = 0;
    for (std::size_t at = 0; at < diff.size(); at = diff.find('\n', at) + 1)
        if (++line > 2 && (diff[at] == '+' || diff[at] == '-')) ++count;
    return count;
}
/// The length of the longest common subsequence, worked out by its definition.
std::size_t changes_needed(std::string const& a, std::string const& b) {
    auto const x = estima::detail::lines_with_ends(a), y = estima::detail::lines_with_ends(b);
    std::vector<std::vector<std::size_t>> common(x.size() + 1, std::vector<std::size_t>(y.size() + 1));
    for (std::size_t i = 1; i <= x.size(); ++i)
        for (std::size_t j = 1; j <= y.size(); ++j)
            common[i][j] =
                x[i - 1] == y[j - 1] ? common[i - 1][j - 1] + 1 : std::max(common[i - 1][j], common[i][j - 1]);
    return x.size() + y.size() - 2 * common[x.size()][y.size()];
}
int run_quietly(std::string const& command) { return std::system((command + " >/dev/null 2>&1").c_str()); }
}  // namespace

TEST_CASE("a unified diff is as diff writes it") {
    CHECK(unified_diff("a\n", "a\n", "a", "b").empty());
    CHECK(unified_diff("", "x\n", "/dev/null", "b") == "--- /dev/null\n+++ b\n@@ -0,0 +1 @@\n+x\n");
    CHECK(unified_diff("x\ny\n", "", "a", "/dev/null") == "--- a\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n");
    CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n", "a", "b", 1) ==
          "--- a\n+++ b\n@@ -4,3 +4,3 @@\n 4\n-5\n+x\n 6\n");
    CHECK(unified_diff("1\n2\n3\n4\n5\n6\n", "x\n2\n3\n4\n5\ny\n", "a", "b", 1) ==
          "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-1\n+x\n 2\n@@ -5,2 +5,2 @@\n 5\n-6\n+y\n");
    CHECK(unified_diff("a", "a\n", "a", "b") == "--- a\n+++ b\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("a unified diff is the shortest, and leads from one text to the other") {
    std::mt19937 random{4};
    estima_test::temporary_directory const folder;
    bool const has_patch = run_quietly("patch --version") == 0;
    for (int i = 0; i < 200; ++i) {
        std::string const a = any_text(random), b = any_text(random);
        std::string const diff = unified_diff(a, b, "a/f", "b/f", random() % 4);
        INFO(a << "---\n" << b << "---\n" << diff);
        CHECK(changes_in(diff) == changes_needed(a, b));
        std::string left, right;  // all lines, in order, of one side with the largest context
        for (auto const& line : estima::detail::line_comparison{a, b}.lines()) {
            if (line.mark != '+') left += line.text;
            if (line.mark != '-') right += line.text;
        }
        CHECK(left == a);
        CHECK(right == b);
        if (!has_patch || i >= 20 || diff.empty() || a.empty() || b.empty()) continue;
        write_file(folder / "f", a);
        write_file(folder / "diff", diff);
        CHECK(run_quietly("cd '" + folder.path().string() + "' && patch -p1 < diff") == 0);
        CHECK(estima::read_file(folder / "f") == b);
    }
}

TEST_CASE("patch and git find the files of a diff, whatever they are called") {
    CHECK(estima::detail::diff_name("a/b c") == "a/b c\t");
    CHECK(estima::detail::diff_name("a/\xc3\xa4") == "a/\xc3\xa4");
    CHECK(estima::detail::diff_name("a/\n\x01\xff \"\\") == "\"a/\\n\\001\\377 \\\"\\\\\"");
    estima_test::temporary_directory const folder;
    std::vector<std::string> programs;
    if (run_quietly("patch --version") == 0) programs.push_back("patch -p1 <");
    if (run_quietly("git --version") == 0) programs.push_back("git apply");
    for (std::string const name : {"plain", "a b", "end ", "tab\there", "new\nline", "quo\"te", "back\\slash",
                                   "no utf \xff", "\xc3\xa4 b", "del\x7f", " begin"})
        for (std::string const& program : programs) {
            std::filesystem::remove_all(folder / "code");
            write_file(folder / "code" / name, "1\n2\n");
            write_file(folder / "diff", unified_diff("1\n2\n", "1\n3\n", "a/" + name, "b/" + name));
            INFO(program << " of " << name);
            CHECK(run_quietly("cd '" + (folder / "code").string() + "' && " + program + " ../diff") == 0);
            CHECK(estima::read_file(folder / "code" / name) == "1\n3\n");
        }
}

TEST_CASE("texts that have little in common are compared in time") {
    std::string a, b;
    for (int i = 0; i < 40'000; ++i) a += std::to_string(i) + "\n", b += std::to_string(-i) + "\n";
    CHECK(changes_in(unified_diff(a, b, "a", "b")) == 79'998);
}

TEST_CASE("what changed in the code of two runs is told file by file") {
    estima_test::temporary_directory const folder;
    estima::workspace const w = estima::workspace::open(folder / "workspace");
    auto const add = [&](std::map<std::string, std::string> const& files) {
        std::filesystem::remove_all(folder / "source");
        for (auto const& [name, text] : files) write_file(folder / "source" / name, text);
        std::filesystem::create_symlink(files.contains("gone") ? "gone" : "same", folder / "source/link");
        std::string const id = estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source").id;
        return estima::run{estima::detail::create_run(w.path(), "digits", {.script = "a"}, id, "/source").directory};
    };
    std::string const large(2'000'000, 'x');
    estima::run const a = add({{"gone", "1\n"}, {"same", "1\n"}, {"train.py", "x = 1\ny = 2\n"}, {"bin", {"\0a", 2}},
                               {"big", large}});
    estima::run const b = add({{"new", "1\n"}, {"same", "1\n"}, {"train.py", "x = 1\ny = 3\n"}, {"bin", {"\0b", 2}},
                               {"big", large + "y"}});
    CHECK(compare_code(a, a).empty());
    auto const all = compare_code(a, b);
    REQUIRE(all.size() == 6);
    CHECK(all[0].path == "big");
    CHECK(all[0].unified.empty());
    CHECK(all[0].after->size == 2'000'001);
    CHECK(all[1].path == "bin");
    CHECK(all[1].unified.empty());
    CHECK(all[2].path == "gone");
    CHECK_FALSE(all[2].after);
    CHECK(all[2].unified == "--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n");
    CHECK(all[3].path == "link");
    CHECK(all[3].before->target == "gone");
    CHECK(all[4].path == "new");
    CHECK_FALSE(all[4].before);
    CHECK(all[5].unified == "--- a/train.py\n+++ b/train.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n+y = 3\n");
    // A file that became a folder is removed by the diff, which adds what is in the folder.
    estima::run const file = add({{"f", "1\n"}}), inside = add({{"f/x", "2\n"}});
    std::map<std::string, std::string> diffs;
    for (auto const& one : compare_code(file, inside)) diffs[one.path] = one.unified;
    CHECK(diffs.at("f") == "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n");
    CHECK(diffs.at("f/x") == "--- /dev/null\n+++ b/f/x\n@@ -0,0 +1 @@\n+2\n");
    auto const none = add({{"a", "1"}});
    std::filesystem::remove_all(w.path() / "snapshots/trees");
    CHECK_THROWS_AS(compare_code(a, none), estima::error);
}
