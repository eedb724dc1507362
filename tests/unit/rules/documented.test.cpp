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
#include <estima/rules/rules_for.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>

namespace {
using namespace estima;

struct row {
    std::string id, sentence, advice;
    bool is_static, is_error;
};

std::vector<row> table() {
    std::vector<row> rows;
    boost::hana::for_each(all_rules, [&rows](auto type) {
        using rule_type = typename decltype(type)::type;
        static_assert(rule<rule_type>);
        rows.push_back({rule_type::id::text, std::string{rule_type::sentence}, std::string{rule_type::advice},
                        !needs_the_running_program<rule_type>(), level_of<rule_type>() == rule_level::error});
    });
    std::sort(rows.begin(), rows.end(), [](row const& a, row const& b) { return a.id < b.id; });
    return rows;
}

std::string page_of_rules() {
    std::string text =
        "<!-- SPDX-License-Identifier: BSL-1.0 -->\n# Rules\n\nWhat every estimator is held against. *Static* rules "
        "are evaluated by the compiler for what the types say, "
        "and again by `submit` with the run-time values; *run time* ones need the running program. An *error* refuses "
        "the job; a "
        "*warning* is told by `explain` and `submit`, and the job is run. All broken rules are "
        "reported at once. This page is made from the table in `include/estima/rules/all_rules.hpp`; a test fails when "
        "the "
        "two differ, and writes it anew when ESTIMA_WRITE_GOLDEN is set.\n\n| id | level | when | rule | remedy "
        "|\n|---|---|---|---|---|\n";
    for (row const& r : table())
        text += "| " + r.id + " | " + (r.is_error ? "error" : "warning") + " | " +
                (r.is_static ? "static, run time" : "run time") + " | " + r.sentence + " | " + r.advice + " |\n";
    return text;
}

/// All files below a folder of the tests whose names end so, one behind the other.
std::string texts_of(std::string const& folder, std::string const& ending) {
    std::string all;
    for (auto const& file : std::filesystem::directory_iterator{estima_test::source_folder() + "/" + folder})
        if (file.path().string().ends_with(ending)) all += read_file(file.path());
    return all;
}
}  // namespace

TEST_CASE("the table of rules is in the order of the ids, each once") {
    std::vector<std::string> ids;
    boost::hana::for_each(all_rules, [&ids](auto type) { ids.emplace_back(decltype(type)::type::id::text); });
    CHECK(std::adjacent_find(ids.begin(), ids.end(), [](auto const& a, auto const& b) { return a >= b; }) == ids.end());
}

TEST_CASE("docs/rules.md says what the table of rules says") {
    std::string const path = estima_test::source_folder() + "/../docs/rules.md";
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, page_of_rules());
    CHECK(read_file(path) == page_of_rules());
}

TEST_CASE(
    "each rule that the compiler can find broken has a file that must not compile, and each warning is told in a "
    "test") {
    std::string const negative = texts_of("negative", ".cpp");
    std::string const boundaries = texts_of("static", ".test.cpp");
    std::string const at_run_time = texts_of("unit/rules", ".test.cpp") + texts_of("unit/estimator", ".test.cpp");
    for (row const& r : table()) {
        INFO(r.id << ": " << r.sentence);
        if (r.is_static && r.is_error) {
            CHECK(negative.find("expect-error: est<" + std::to_string(std::stoi(r.id.substr(4))) + ">") !=
                  std::string::npos);
            CHECK(boundaries.find(r.id) != std::string::npos);
        } else {
            CHECK((at_run_time.find('"' + r.id) != std::string::npos ||
                   at_run_time.find("\"[" + r.id) != std::string::npos));
        }
    }
}

TEST_CASE("the example in README.md is the one that is compiled") {
    std::filesystem::path const root = std::filesystem::path{estima_test::source_folder()}.parent_path();
    std::string const example = read_file(root / "examples/readme.cpp");
    std::string const without_licence = example.substr(example.find('\n') + 1);
    CHECK(read_file(root / "README.md").find("```cpp\n" + without_licence + "```\n") != std::string::npos);
}

TEST_CASE("no two rules share an id") {
    std::vector<row> const rows = table();
    for (std::size_t i = 1; i < rows.size(); ++i) CHECK(rows[i - 1].id != rows[i].id);
}

TEST_CASE(
    "every error id in the headers is explained in docs/errors.md or docs/rules.md, and none is explained in vain") {
    std::filesystem::path const root = std::filesystem::path{estima_test::source_folder()}.parent_path();
    std::regex const id{"EST-[1-9][0-9][0-9]"};
    auto ids_in = [&id](std::string const& text) {
        return std::set<std::string>{std::sregex_token_iterator{text.begin(), text.end(), id},
                                     std::sregex_token_iterator{}};
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
