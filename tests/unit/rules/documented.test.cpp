// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <boost/hana/for_each.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <estima/estimator.hpp>
#include <estima/system/files.hpp>

namespace {
using namespace estima;

struct row {
    std::string id, sentence, advice;
    bool is_static;
};

/// A rule whose facts a policy can break is evaluated by the compiler too: there is a negative test for it.
bool has_negative_test(std::string const& id) {
    std::string const tag = "est<" + std::to_string(std::stoi(id.substr(4))) + ">";
    for (auto const& file : std::filesystem::directory_iterator{std::string{ESTIMA_TEST_SOURCE_DIR} + "/negative"})
        if (file.path().extension() == ".cpp" && read_file(file.path()).find("expect-error: " + tag) != std::string::npos) return true;
    return false;
}

std::vector<row> table() {
    std::vector<row> rows;
    boost::hana::for_each(all_rules, [&rows](auto type) {
        using rule_type = typename decltype(type)::type;
        static_assert(rule<rule_type>);
        std::string const id = rule_type::id::text;
        rows.push_back({id, std::string{rule_type::sentence}, std::string{rule_type::advice}, has_negative_test(id)});
    });
    std::sort(rows.begin(), rows.end(), [](row const& a, row const& b) { return a.id < b.id; });
    return rows;
}

std::string documentation() {
    std::string text =
        "<!-- SPDX-License-Identifier: BSL-1.0 -->\n# Rules\n\nWhat every estimator is held against. *Static* rules are evaluated by the compiler for what the types say, "
        "and again by `submit` with the run-time values; *run time* ones need the running program. All broken rules are "
        "reported at once. This page is made from the table in `include/estima/rules/all_rules.hpp`; a test fails when the "
        "two differ, and writes it anew when ESTIMA_WRITE_GOLDEN is set.\n\n| id | when | rule | remedy |\n|---|---|---|---|\n";
    for (row const& r : table())
        text += "| " + r.id + " | " + (r.is_static ? "static, run time" : "run time") + " | " + r.sentence + " | " + r.advice + " |\n";
    return text;
}
}  // namespace

TEST_CASE("docs/rules.md says what the table of rules says") {
    std::string const path = std::string{ESTIMA_TEST_SOURCE_DIR} + "/../docs/rules.md";
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, documentation());
    CHECK(read_file(path) == documentation());
}

TEST_CASE("the example in README.md is the one that is compiled") {
    std::filesystem::path const root = std::filesystem::path{ESTIMA_TEST_SOURCE_DIR}.parent_path();
    std::string const example = read_file(root / "examples/readme.cpp");
    std::string const without_licence = example.substr(example.find('\n') + 1);
    CHECK(read_file(root / "README.md").find("```cpp\n" + without_licence + "```\n") != std::string::npos);
}

TEST_CASE("no two rules share an id") {
    std::vector<row> const rows = table();
    for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i - 1].id != rows[i].id);
}

TEST_CASE("every error id in the headers is explained in docs/errors.md or docs/rules.md, and none is explained in vain") {
    std::filesystem::path const root = std::filesystem::path{ESTIMA_TEST_SOURCE_DIR}.parent_path();
    std::regex const id{"EST-[1-9][0-9][0-9]"};
    auto ids_in = [&id](std::string const& text) {
        return std::set<std::string>{std::sregex_token_iterator{text.begin(), text.end(), id}, std::sregex_token_iterator{}};
    };
    std::set<std::string> used;
    for (auto const& file : std::filesystem::recursive_directory_iterator{root / "include"})
        if (file.path().extension() == ".hpp") used.merge(ids_in(read_file(file.path())));
    std::set<std::string> const explained = ids_in(read_file(root / "docs/errors.md"));
    for (std::string const& one : used) {
        INFO(one << " is used in include/");
        CHECK(explained.contains(one));
    }
    for (std::string const& one : explained) {
        INFO(one << " is explained in docs/errors.md");
        CHECK(used.contains(one));
    }
}
