// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
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
    CHECK(std::count(lines.begin(), lines.end(), "curve   list      1        [1, 2.5]") == 1);
    CHECK(std::count(lines.begin(), lines.end(), "recall  row       1        class: a, recall: 0.5") == 1);
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

TEST_CASE("estima metrics: lists, rows and documents are seen as well, under a name of their own or together") {
    seen_place at;
    estima::run const run = at.submit(script_that_logs(
        {R"({"name": "loss", "value": 2, "step": 1})",
         R"({"name": "loss", "type": "note", "value": {"text": "a\u001b"}})",
         R"({"name": "curve", "value": [1, NaN], "step": 1})", R"({"name": "curve", "value": [3], "step": 2})",
         R"({"name": "recall", "value": {"class": "a", "recall": 0.5}})",
         R"({"name": "recall", "value": {"class": "b", "support": 7}})", R"({"name": "never", "value": Infinity})"}));
    run.wait_for_completion({.timeout = patience});
    std::map<std::string, json> told;
    for (std::string const& line : printed_lines(at.out({"metrics", "latest", "--json"}))) {
        json const one = json::parse(line);
        told[one.at("name").get<std::string>() + "/" + one.value("kind", "")] = one;
    }
    REQUIRE(told.size() == 5);
    CHECK(told.at("loss/number")["last"] == 2.0);
    CHECK(told.at("loss/document")["type"] == "note");
    CHECK(told.at("loss/document")["last"]["text"] == "a\x1B");
    CHECK(told.at("curve/list")["last"] == json::parse("[3.0]"));
    CHECK(told.at("curve/list")["count"] == 2);
    CHECK(told.at("curve/list")["step"] == 2);
    CHECK(told.at("recall/row")["last"]["support"] == 7.0);

    std::string const both = at.out({"metrics", "latest", "loss"});
    CHECK_THAT(both, Catch::StartsWith("step  loss  time") && Catch::Contains("note  {\"text\": \"a\\u001b\"}"));
    CHECK(printed_lines(at.out({"metrics", "latest", "loss", "--json"})).size() == 2);
    CHECK_THAT(at.out({"metrics", "latest", "curve"}),
               Catch::Contains("   1  [1, NaN]") && Catch::Contains("   2  [3]"));
    CHECK_THAT(at.out({"metrics", "latest", "recall"}),
               Catch::StartsWith("recall\nstep  class  recall  support  time\n      a      0.5") &&
                   Catch::Contains("\n      b              7"));
    estima_program newest{at.words({"metrics", "latest", "curve", "-n", "1"})};
    CHECK_THAT(newest.out(), Catch::Contains("[3]") && !Catch::Contains("NaN"));
    CHECK_THAT(newest.err(), Catch::StartsWith("The newest 1 of 2:"));
    CHECK_THAT(at.out({"metrics", "latest", "never", "--plot"}), Catch::Contains("(no point is finite, of 1)"));
    CHECK_THAT(at.out({"show", "latest"}), Catch::Contains("\ncurve   list      2     2  [3]"));

    std::string const followed = at.out({"metrics", "-f", "latest", "loss", "curve", "recall"});
    CHECK_THAT(followed,
               Catch::StartsWith("loss 2 at step 1\nloss note {\"text\": \"a\\u001b\"}\ncurve [1, NaN] at step 1\n") &&
                   Catch::Contains("recall class: b, support: 7\n"));
    CHECK(printed_lines(at.out({"metrics", "-f", "latest", "curve", "--json"})).size() == 2);
    estima_program none{at.words({"metrics", "-f", "latest", "loss", "curv"})};
    CHECK(none.out() == "loss 2 at step 1\nloss note {\"text\": \"a\\u001b\"}\n");
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-655]") && Catch::Contains("did you mean: curve"));
    for (char const* other : {"--plot", "-n1"})
        CHECK(estima_program{at.words({"metrics", "-f", "latest", other})}.code() == 2);
}

TEST_CASE("who follows a run that is cancelled or fails is told so, as text and in JSON") {
    seen_place at;
    estima::run const cancelled = at.submit("#!/bin/sh\nexec sleep 1000\n");
    cancelled.cancel({.grace = estima::seconds(0)});
    cancelled.wait_for_completion({.timeout = patience});
    for (char const* command : {"metrics", "logs"}) {
        estima_program text{at.words({command, "-f", "latest"})}, told{at.words({command, "-f", "latest", "--json"})};
        CHECK(text.code() == 1);
        CHECK(text.err() == "Run " + cancelled.id() + ": Canceled\n");
        CHECK(told.code() == 1);
        CHECK(json::parse(told.err())["error"]["id"] == "EST-656");
    }
    at.submit("#!/bin/sh\nexit 3\n").wait_for_completion({.timeout = patience, .raise_on_error = false});
    estima_program failed{at.words({"metrics", "-f", "latest", "--json"})};
    CHECK(json::parse(failed.err())["error"]["id"] == "EST-420");
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
    CHECK(told == json{{"directory", to + "2"}, {"files", 2}, {"bytes", 8}, {"failed", json::array()}});
    CHECK(entries_in(at / "to2") == 1);
    CHECK(json::parse(at.out({"download", "latest", "outputs", "outputs/b", "--json", "-o", to + "6"}))["files"] == 2);

    estima_program none{at.words({"download", "latest", "outputs/nope", "-o", to + "3"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-502]"));
    estima_program raw{at.words({"download", "latest", "outputs/\x1B[31m", "-o", to + "3"})};
    CHECK_THAT(raw.err(), Catch::Contains("\\x1b[31m") && !Catch::Contains("\x1B"));
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
    CHECK(printed_lines(at.out({"models", "small:1", "--json"})).size() == 1);
    CHECK(json::parse(at.out({"models", "small@best", "--json"}))["version"] == 2);

    estima_program narrow{at.words({"models"}), seen_through::terminal};
    CHECK_THAT(narrow.out(), Catch::Contains(run.id()) || Catch::Contains("too narrow: run"));  // never a part of an id
    CHECK_THAT(narrow.out(), !Catch::Contains(run.id().substr(0, run.id().size() - 4) + "\u2026"));

    std::string const to = (at / "to").string();
    CHECK(at.out({"models", "small", "--download", to}) == "small:2: 1 file, 6 B, in " + to + "\n");
    CHECK(estima::read_file(at / "to/model") == "model\n");
    estima_program there{at.words({"models", "small:1", "--download", to})};
    CHECK(there.code() == 1);
    CHECK_THAT(there.err(), Catch::StartsWith("[EST-508]") && Catch::Contains("--overwrite"));
    CHECK(json::parse(at.out({"models", "small:1", "--download", to, "--overwrite", "--json"})) ==
          json{{"name", "small"},
               {"version", 1},
               {"directory", to},
               {"files", 1},
               {"bytes", 6},
               {"failed", json::array()}});
    estima_program drawn{at.words({"models", "small@best", "--download", to + "2"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::StartsWith("\r[") && Catch::Contains(" %  ") && Catch::Contains("\r\x1B[K"));
    for (char const* wrong : {"small:7", "small:x", "small@none", "smal:latest"})
        CHECK_THAT((estima_program{at.words({"models", wrong, "--download", to})}.err()),
                   Catch::StartsWith("[EST-507]"));
    write_file(at.workspace().path() / "models/small/1/files/model", "MODEL\n");
    estima_program damaged{at.words({"models", "small:1", "--download", to + "3"})};
    CHECK(damaged.code() == 1);
    CHECK_THAT(damaged.err(), Catch::StartsWith("[EST-504]"));
    CHECK(!std::filesystem::exists(at / "to3/model"));
    estima_program none{at.words({"models", "none"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-507]") && Catch::Contains("estima models lists all"));
}
