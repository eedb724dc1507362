// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

#include "estima_program.hpp"
#include "seen_place.hpp"

namespace {
using namespace estima_test;
using estima::json;

/// Logs a line of JSON for each argument.
std::string script_that_logs(std::vector<std::string> const& lines, std::string const& then = "") {
    std::string script = "#!/bin/sh\n";
    for (std::string const& line : lines) script += "echo '" + line + "' >> \"$ESTIMA_METRICS_FILE\"\n";
    return script + then;
}
}  // namespace

TEST_CASE("estima metrics: a table of all, points of some, a plot, JSON") {
    seen_place at;
    estima::run const run = at.submit(script_that_logs(
        {R"({"name": "loss", "value": 2, "step": 1, "time": 1700000000})", R"({"name": "loss", "value": 1, "step": 2})",
         R"({"name": "grad", "value": NaN})", R"({"name": "curve", "value": [1, 2.5]})",
         R"({"name": "recall", "value": {"class": "a", "recall": 0.5}})"}));
    run.wait_for_completion({.timeout = patience});
    auto lines = printed_lines(at.out({"metrics", "latest"}));
    REQUIRE(lines.size() >= 4);
    CHECK(lines[0] == "metric  last  min  max  step  points");
    CHECK(std::count(lines.begin(), lines.end(), "loss       1    1    2     2       2") == 1);
    CHECK(std::count(lines.begin(), lines.end(), "recall: 1 row") == 1);
    lines = printed_lines(at.out({"metrics", "latest", "loss"}));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "step  loss  time");
    CHECK(lines[1] == "   1     2  2023-11-14 22:13:20");
    CHECK(printed_lines(at.out({"metrics", "latest", "loss", "grad"})).size() == 6);

    lines = printed_lines(at.out({"metrics", "latest", "loss", "grad", "curve", "recall", "--json"}));
    REQUIRE(lines.size() == 5);
    CHECK(json::parse(lines[1])["value"] == 1.0);
    CHECK(json::parse(lines[1])["step"] == 2);
    CHECK(json::parse(lines[1])["rank"] == 0);
    CHECK(json::parse(lines[2])["value"] == "NaN");
    CHECK(json::parse(lines[3])["value"] == json::parse("[1.0, 2.5]"));
    CHECK(json::parse(lines[4])["value"]["class"] == "a");
    CHECK(json::parse(printed_lines(at.out({"metrics", "latest", "--json"})).at(0)).contains("last"));

    std::string const plot = at.out({"metrics", "latest", "loss", "--plot"});
    CHECK_THAT(plot, Catch::StartsWith("loss\n2 \u2502") && Catch::Contains("step"));
    scoped_variable const plain{"LC_ALL", "C"};
    CHECK_THAT(at.out({"metrics", "latest", "loss", "--plot"}), Catch::StartsWith("loss\n2 |*"));
    estima_program none{at.words({"metrics", "latest", "lost"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-655] nothing is logged as \"lost\"") && Catch::Contains("loss"));
}

TEST_CASE("estima metrics -f: points as they come, until the run is over") {
    seen_place at;
    std::string const wait = "while [ ! -e '" + (at / "go").string() + "' ]; do sleep 0.01; done\n";
    estima::run const run = at.submit(script_that_logs(
        {R"({"name": "loss", "value": 0.5, "step": 1})"},
        wait + "echo '{\"name\": \"loss\", \"value\": 0.25, \"step\": 2}' >> \"$ESTIMA_METRICS_FILE\"\n"));
    estima_program follower{at.words({"metrics", "-f", run.id(), "loss"})};
    CHECK(follower.says("loss 0.5 at step 1\n"));
    write_file(at / "go", "");
    CHECK(follower.out() == "loss 0.5 at step 1\nloss 0.25 at step 2\n");
    CHECK(follower.code() == 0);
}

TEST_CASE("estima download: all files or some, with a bar on a terminal") {
    seen_place at;
    estima::run const run =
        at.submit("#!/bin/sh\nmkdir outputs/deep\necho one > outputs/deep/a\necho two > outputs/b\necho 3 > logs/c\n");
    run.wait_for_completion({.timeout = patience});
    std::string const to = (at / "to").string();
    CHECK_THAT(at.out({"download", "latest", "-o", to}), Catch::EndsWith(" in " + to + "\n"));
    CHECK(estima::read_file(at / "to/outputs/deep/a") == "one\n");
    CHECK(estima::read_file(at / "to/logs/c") == "3\n");
    CHECK(std::filesystem::exists(at / "to/system_logs/rank_0_stdout.txt"));

    json const told =
        json::parse(at.out({"download", "latest", "outputs/deep/", "outputs/b", "--json", "-o", to + "2"}));
    CHECK(told == json{{"directory", to + "2"}, {"files", 2}, {"bytes", 8}});
    CHECK(entries_in(at / "to2") == 1);
    CHECK(json::parse(at.out({"download", "latest", "outputs", "outputs/b", "--json", "-o", to + "6"}))["files"] == 2);

    estima_program none{at.words({"download", "latest", "outputs/nope", "-o", to + "3"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-502]"));
    CHECK(!std::filesystem::exists(at / "to3"));

    estima_program drawn{at.words({"download", "latest", "-o", to + "4"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::StartsWith("\r[") && Catch::Contains(" %  ") && Catch::Contains("\r\x1B[K"));
    CHECK(drawn.code() == 0);
    estima_program quiet{at.words({"download", "latest", "-o", to + "5"})};
    CHECK(quiet.err().empty());
}

TEST_CASE("estima cancel ends a run, and says so of one that is over") {
    seen_place at;
    estima::run const run = at.submit("#!/bin/sh\nexec sleep 1000\n");
    estima_program cancel{at.words({"cancel", "latest", "--wait"})};
    CHECK(cancel.out() == "Run " + run.id() + ": Canceled\n");
    CHECK(cancel.code() == 0);
    estima_program again{at.words({"cancel", run.id(), "--json"})};
    CHECK(json::parse(again.out()) == json{{"run_id", run.id()}, {"status", "Canceled"}});
    CHECK(again.code() == 1);
}

TEST_CASE("estima models: the newest version of each, all versions of one") {
    seen_place at;
    CHECK(at.out({"models"}).empty());
    estima::run const run = at.trained();
    run.register_model({.name = "small", .path = "outputs/model"});
    run.register_model({.name = "small", .path = "outputs/model", .description = "the second"}).set_alias("best");
    run.register_model({.name = "other", .path = "outputs/model"});
    auto lines = printed_lines(at.out({"models"}));
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].starts_with("other        1  None "));
    CHECK(lines[2].starts_with("small        2  None   best     20"));
    CHECK(lines[2].ends_with("6 B  " + run.id() + "  the second"));
    CHECK(printed_lines(at.out({"models", "small"})).size() == 3);
    lines = printed_lines(at.out({"models", "small", "--json"}));
    REQUIRE(lines.size() == 2);
    CHECK(json::parse(lines[0])["version"] == 1);
    CHECK(json::parse(lines[1])["aliases"] == json::array({"best"}));
    estima_program none{at.words({"models", "none"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-507]"));
}
