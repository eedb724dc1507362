// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/system/json.hpp>
#include <estima/system/utf8.hpp>
#include <estima/terminal/display_width.hpp>
#include <estima/version.hpp>

#include "estima_program.hpp"
#include "seen_place.hpp"

namespace {
using namespace estima_test;
using estima::json;
}  // namespace

TEST_CASE("estima runs: a table, the newest first, and JSON a line for each run") {
    seen_place at;
    {
        estima_program none{at.words({"runs"})};
        CHECK(none.out().empty());
        CHECK(none.code() == 0);
        CHECK(none.err() == "There are no runs yet.\n");
    }
    estima::run const first = at.trained("0.5"), second = at.trained();
    second.tag("team", "x");
    auto lines = printed_lines(at.out({"runs", "-m", "loss"}));
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].starts_with("id "));
    CHECK(lines[1].starts_with(second.id() + "  Completed  0.25  20"));
    CHECK(lines[2].starts_with(first.id() + "  Completed   0.5  20"));

    lines = printed_lines(at.out({"runs", "metrics.loss > 0.3", "-c", "id,metrics.loss"}));
    CHECK(lines ==
          std::vector<std::string>{"id" + std::string(first.id().size(), ' ') + "loss", first.id() + "   0.5"});
    CHECK(printed_lines(at.out({"runs", "-o", "metrics.loss DESC", "-c", "id", "--max", "1"})).at(1) == first.id());
    CHECK(printed_lines(at.out({"runs", "-e", "test", "-c", "id"})).size() == 3);
    CHECK_THAT((estima_program{at.words({"runs", "--columns", "id,foo"})}.err()),
               Catch::StartsWith("[EST-652] there is no column \"foo\""));

    lines = printed_lines(at.out({"runs", "--json", "tags.team = 'x'"}));
    REQUIRE(lines.size() == 1);
    json const told = json::parse(lines[0]);
    CHECK(told["run_id"] == second.id());
    CHECK(told["status"] == "Completed");
    CHECK(told["metrics"]["loss"]["last"] == 0.25);
    CHECK(told["metrics"]["loss"]["max"] == 1.5);
    CHECK(told["tags"]["team"] == "x");
    CHECK(told["end_time"].get<std::string>().ends_with("Z"));
}

TEST_CASE("estima show: all about a run, by its id, a part of it, or as the latest") {
    seen_place at;
    estima::run const run = at.trained();
    run.log_parameter("lr", "0.1");
    std::string const text = at.out({"show", run.id()});
    for (char const* part :
         {"  status          Completed\n", "  script          train\n", "\nParameters\n  lr              0.1\n",
          "metric  last   min  max  step  points\nloss    0.25  0.25  1.5     2       2\n", "outputs/model"})
        CHECK_THAT(text, Catch::Contains(part));
    CHECK(at.out({"show", "latest"}) == text);
    CHECK(at.out({"show", "latest:test"}) == text);
    CHECK(at.out({"show", run.id().substr(0, 7)}) == text);
    CHECK(at.out({"show", run.id().substr(run.id().size() - 8)}) == text);
    CHECK(json::parse(at.out({"show", run.id(), "--json"}))["artifacts"][0]["path"] == "outputs/model");
    CHECK(json::parse(at.out({"show", run.id(), "--config"}))["script"] == "train");

    estima::run const other = at.trained();
    estima_program several{at.words({"show", "test_"})};
    CHECK(several.code() == 1);
    CHECK_THAT(several.err(), Catch::Contains("[EST-650] 2 runs begin or end with \"test_\"") &&
                                  Catch::Contains(run.id()) && Catch::Contains(other.id()));
    estima_program none{at.words({"show", "latest:other"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-651] there are no runs of experiment \"other\""));
    estima_program nameless{at.words({"show", "latest:"})};
    CHECK(nameless.code() == 1);
    CHECK_THAT(nameless.err(), Catch::StartsWith("[EST-307] there is no run \"latest:\""));
    estima_program unknown{at.words({"show", "nothing/such", "--json"})};
    CHECK(unknown.code() == 1);
    CHECK(json::parse(unknown.err())["error"]["id"] == "EST-307");
}

TEST_CASE("estima show tells why a run failed") {
    seen_place at;
    estima::run const run = at.submit("#!/bin/sh\necho 'no such \033[31mthing' >&2\nexit 3\n");
    run.wait_for_completion({.timeout = patience, .raise_on_error = false});
    std::string const text = at.out({"show", "latest"});
    CHECK_THAT(text, Catch::Contains("  status          Failed\n") && Catch::Contains("  id              EST-420\n") &&
                         Catch::Contains("no such \\x1b[31mthing\n") && Catch::Contains("estima logs " + run.id()));
    estima_program follower{at.words({"logs", "-f", "latest"})};
    CHECK(follower.out() == "no such \033[31mthing\n");
    CHECK(follower.code() == 1);
    CHECK_THAT(follower.err(), Catch::StartsWith("Run " + run.id() + ": Failed, "));
}

TEST_CASE("estima logs: as they are through a pipe, of the ranks that are asked for") {
    seen_place at;
    // The order of lines is that of the times which are noted.
    at.write(
        "train",
        "#!/bin/sh\n[ $RANK = 0 ] || until [ -s \"$ESTIMA_RUN_DIRECTORY/metrics/rank_0.times\" ]; do sleep 0.01; done\n"
        "echo \"I am $RANK\"\n");
    estima::run_configuration job{.script = "train", .framework = "Native", .communicator = "Gloo", .node_count = 1};
    job.pytorch.process_count = 2;
    estima::run const run = at.experiment().submit(job, at.source());
    run.wait_for_completion({.timeout = patience});
    CHECK(at.out({"logs", "latest"}) == "I am 0\n");
    CHECK(at.out({"logs", "latest", "--rank", "1"}) == "I am 1\n");
    CHECK(at.out({"logs", "latest", "--all-ranks"}) == "[0] I am 0\n[1] I am 1\n");
    CHECK(at.out({"logs", "latest", "-f", "--rank", "1"}) == "I am 1\n");
    CHECK(at.out({"logs", "latest", "-f", "--rank", "1,0"}).size() == 22);
    CHECK(at.out({"logs", "latest", "-f", "--all-ranks", "--json"}).size() ==
          2 * at.out({"logs", "latest", "--json"}).size());
    CHECK(at.out({"logs", "latest", "--rank", "1", "--json"}) ==
          "{\"rank\":1,\"stream\":\"stdout\",\"text\":\"I am 1\"}\n");
    CHECK(at.out({"logs", "latest", "--all-ranks", "--json"}) ==
          "{\"rank\":0,\"stream\":\"stdout\",\"text\":\"I am 0\"}\n{\"rank\":1,\"stream\":\"stdout\",\"text\":\"I am "
          "1\"}\n");
    estima_program none{at.words({"logs", "latest", "--rank", "7"})};
    CHECK(none.out().empty());
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-791] the run has no rank 7") && Catch::Contains("0 to 1"));
    estima_program quiet{at.words({"logs", "latest", "--stderr"})};
    CHECK(quiet.err() == "Nothing was written there.\n");
    CHECK(quiet.code() == 0);
    CHECK(estima_program{at.words({"logs", "latest", "--rank", "-1"})}.code() == 2);
}

TEST_CASE("estima logs --stdout and --stderr: only what was written there") {
    seen_place at;
    at.submit("#!/bin/sh\necho good\necho bad >&2\n").wait_for_completion({.timeout = patience});
    CHECK(at.out({"logs", "latest", "--stdout"}) == "good\n");
    CHECK(at.out({"logs", "latest", "--stderr"}) == "bad\n");
    CHECK(at.out({"logs", "-f", "latest", "--stderr"}) == "bad\n");
    for (bool const follows : {false, true}) {
        std::vector<std::string> words{"logs", "latest", "--json"};
        if (follows) words.emplace_back("-f");
        auto lines = printed_lines(at.out(words));
        std::sort(lines.begin(), lines.end());
        CHECK(lines == std::vector<std::string>{R"({"rank":0,"stream":"stderr","text":"bad"})",
                                                R"({"rank":0,"stream":"stdout","text":"good"})"});
    }
    CHECK(estima_program{at.words({"logs", "latest", "--stdout", "--stderr"})}.code() == 2);
}

TEST_CASE("estima logs -f ends with the run; Ctrl-C ends only the looking") {
    seen_place at;
    estima::run const run = at.submit("#!/bin/sh\necho begun\nwhile [ ! -e '" + (at / "go").string() +
                                      "' ]; do sleep 0.01; done\necho done\n");
    estima_program follower{at.words({"logs", "-f", run.id()})};
    CHECK(follower.says("begun\n"));
    estima_program left{at.words({"logs", "-f", run.id()}), seen_through::terminal};
    CHECK(left.says("begun\r\n"));
    left.type("\x03");
    CHECK(left.code() == 128 + SIGINT);
    CHECK(run.status() == estima::run_status::running);
    write_file(at / "go", "");
    CHECK(follower.out() == "begun\ndone\n");
    CHECK(follower.code() == 0);
}

TEST_CASE("on a terminal: colours, 80 columns, and nothing of a run steers it") {
    seen_place at;
    estima::run const run = at.submit("#!/bin/sh\nprintf 'a \\033[2Jb\\007\\n'\n");
    run.wait_for_completion({.timeout = patience});
    std::string value = "many";
    for (int i = 0; i < 50; ++i) value += " words";
    run.tag("\x1B]0;title\x07", value);
    auto shown = [&at](std::vector<std::string> const& words) {
        estima_program program{at.words(words), seen_through::terminal};
        std::string text = program.out();
        CHECK(program.code() == 0);
        text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
        return text;
    };
    CHECK(shown({"logs", "latest"}) == "a b\\x07\n");
    std::string const table = shown({"runs", "-c", "id,status,created,took,tags.\x1B]0;title\x07,experiment"});
    CHECK_THAT(table,
               Catch::Contains("\x1B[32mCompleted\x1B[0m") && !Catch::Contains("\x1B]") && !Catch::Contains("\x07"));
    std::string const all = shown({"show", "latest"});
    CHECK_THAT(all, Catch::Contains("\\x1b]0;title\\x07") && !Catch::Contains("\x1B]"));
    CHECK_THAT(shown({"show", "latest", "--json"}),
               Catch::Contains("\\u001b]0;title\\u0007") && !Catch::Contains("\x1B"));

    scoped_variable const plain{"NO_COLOR", "1"};
    for (std::string const& text : {shown({"runs", "-c", "id,status,created,took,tags.\x1B]0;title\x07,experiment"}),
                                    shown({"runs", "-m", "a_metric_with_a_long_name,another_metric_with_a_long_name"})})
        for (std::string const& line : printed_lines(text)) {
            INFO(line);
            CHECK(estima::terminal::display_width(line) <= 80);
            CHECK(line.find('\x1B') == std::string::npos);
        }
    for (std::string const& line : printed_lines(shown({"show", "latest"})))
        if (line.find('/') == std::string::npos &&
            line.find(' ', 18) != std::string::npos)  // what has no blank is whole
            CHECK(estima::terminal::display_width(line) <= 80);
}

TEST_CASE("estima show in 80 columns: wide characters are not cut, long words stand alone, nothing is escaped twice") {
    seen_place at;
    scoped_variable const plain{"NO_COLOR", "1"};
    estima::run const run = at.submit("#!/bin/sh\nmkfifo outputs/\"$(printf 'a\\033b')\"\n");
    run.wait_for_completion({.timeout = patience});
    std::string wide;
    for (int i = 0; i < 60; ++i) wide += "\u635f\u5931";
    run.tag("note", wide);
    run.tag(wide, "x");
    run.set_description("first line\nsecond line");
    run.tag("words", "/" + std::string(90, 'p') + " and a few more words behind it, so that they are wrapped, too");
    estima_program shown{at.words({"show", "latest"}), seen_through::terminal};
    std::string text = shown.out(), together = text;
    std::erase(text, '\r');
    for (std::string const& line : printed_lines(text)) {
        if (line.find('/') != std::string::npos) continue;  // what has no blank is whole, to be copied
        INFO(line);
        CHECK(estima::terminal::display_width(line) <= 80);
        CHECK(estima::is_utf8(line));
    }
    std::erase_if(together, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    CHECK_THAT(together, Catch::Contains("note" + wide) && Catch::Contains(wide + "x"));
    CHECK_THAT(text, Catch::Contains("first line\n                  second line\n"));
    CHECK_THAT(text, Catch::Contains("a\\x1bb is no artifact") && !Catch::Contains("\\\\x1b"));
}

TEST_CASE("with --json what is wrong is JSON, too") {
    seen_place at;
    at.trained();
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"--json"}, {"nonsense", "--json"}, {"--json", "show"}, {"runs", "--json", "--max", "few"}}) {
        estima_program wrong{at.words(words)};
        CHECK(wrong.code() == 2);
        CHECK(wrong.out().empty());
        CHECK(json::parse(wrong.err())["error"]["id"] == "EST-657");
    }
    estima_program missing{at.words({"show", "nope", "--json"})};
    CHECK(json::parse(missing.err())["error"]["remedy"] ==
          "estima runs lists all; --workspace names another workspace");
    estima_program status{at.words({"runs", "status = 'Done'"})};
    CHECK(status.code() == 1);
    CHECK_THAT(status.err(), Catch::StartsWith("[EST-613]") && Catch::Contains("Completed, FINISHED"));
}

TEST_CASE("numbers and words that mean nothing are refused in few words") {
    seen_place at;
    at.trained();
    for (std::vector<std::string> const& words :
         std::vector<std::vector<std::string>>{{"cancel", "latest", "--grace", "nan"},
                                               {"cancel", "latest", "--grace=-1"},
                                               {"gc", "--older-than", "inf"},
                                               {"runs", "--max=-1"},
                                               {"runs", "--max", "1e3"},
                                               {"metrics", "latest", "-n", "x"},
                                               {"logs", "latest", "--attempt", "0"},
                                               {"copy", ""},
                                               {"models", ""},
                                               {"-w", "", "runs"},
                                               {"experiments", "test", "--rename", ""}}) {
        estima_program wrong{at.words(words)};
        INFO(wrong.err());
        CHECK(wrong.code() == 2);
        CHECK(wrong.out().empty());
        for (std::string const& line : printed_lines(wrong.err())) CHECK(line.size() <= 100);
    }
}

TEST_CASE("a command line that is wrong is told, with exit code 2; help and version need no workspace") {
    scoped_variable const nowhere{"ESTIMA_WORKSPACE", "/nowhere"};
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {}, {"nonsense"}, {"show"}, {"runs", "--max", "few"}, {"logs", "x", "--rank", "0", "--all-ranks"}}) {
        estima_program program{words};
        CHECK(program.out().empty());
        CHECK(program.code() == 2);
        CHECK(!program.err().empty());
    }
    CHECK(estima_program{{"--version"}}.out() == std::string{"estima "} + estima::library_version + "\n");
    CHECK_THAT((estima_program{{"runs", "--help"}}.out()), Catch::Contains("--order-by"));
    estima_program elsewhere{{"runs"}};
    CHECK(elsewhere.code() == 1);
    CHECK_THAT(elsewhere.err(), Catch::StartsWith("[EST-653] there is no workspace\n  where: /nowhere\n"));
    CHECK(!std::filesystem::exists("/nowhere"));
}

TEST_CASE("estima runs -f: each change as a line, or the list painted anew on a terminal") {
    seen_place at;
    estima::run const run = at.submit(script_that_waits_for(at / "go"));
    estima_program lines{at.words({"runs", "-f", "-c", "status,tags.round"})};
    estima_program painted{at.words({"runs", "--follow"}), seen_through::terminal};
    estima_program documents{at.words({"runs", "-f", "--json", "tags.round = '1'"})};
    CHECK(lines.says("Running  -\n"));
    CHECK(painted.says("Running"));
    run.tag("round", "1");
    CHECK(lines.says("Running  1\n"));
    CHECK(documents.says("\"round\":\"1\""));
    write_file(at / "go", "");
    CHECK(lines.says("Completed  1\n"));
    CHECK(painted.says("\x1B[2A\x1B[J"));
    CHECK(painted.says("Completed"));
    CHECK(documents.says("\"status\":\"Completed\""));
}

TEST_CASE("estima show tells the host, the description, the parent's children and what outputs are") {
    seen_place at;
    estima::run const parent = at.trained();
    parent.set_description("the first of all");
    at.write("train", "#!/bin/sh\necho '{}' > outputs/a.json\n");
    estima::run const child = at.experiment().submit({.script = "train", .framework = "Native"}, at.source(),
                                                     {.parent_run_id = parent.id()});
    child.wait_for_completion({.timeout = patience});
    std::string const text = at.out({"show", parent.id()});
    CHECK_THAT(text, Catch::Contains("the first of all") &&
                         Catch::Contains("\nChildren\n  Completed       " + child.id()) &&
                         Catch::Contains("\nHost\n  system") && Catch::Contains("Linux "));
    json const told = json::parse(at.out({"show", parent.id(), "--json"}));
    CHECK(told["children"] == json{child.id()});
    CHECK(told["description"] == "the first of all");
    CHECK(told["hosts"][0]["cores"] >= 1);
    CHECK_THAT(at.out({"show", child.id()}), Catch::Contains("application/json"));
    CHECK(json::parse(at.out({"show", child.id(), "--json"}))["artifacts"][0]["media_type"] == "application/json");
}

TEST_CASE("a reader that goes away ends the program quietly; a full disk is told") {
    seen_place at;
    estima::run const run = at.submit("#!/bin/sh\nyes 'a line of text' | head -c 3000000\n");
    run.wait_for_completion({.timeout = patience});
    estima_program cut{at.words({"logs", "latest"})};
    CHECK(cut.says("a line"));
    cut.close_output();
    CHECK(cut.code() == 128 + SIGPIPE);
    CHECK(cut.err().empty());
    std::string const command = "'" + estima_program::program() + "' -w '" + at.workspace().path().string() + "' ";
    for (char const* what : {"runs", "logs latest", "logs -f latest", "show latest --json", "--help", "runs --help",
                             "--version"}) {
        estima_program full{"/bin/sh", {"-c", command + what + " >/dev/full"}, seen_through::pipe};
        INFO(what);
        CHECK(full.code() == 1);
        CHECK_THAT(full.err(), Catch::Contains("EST-654"));
    }
    // Of a run that goes on: nobody stays until its end to say so.
    estima::run const going_on = at.submit("#!/bin/sh\necho begun\necho '{\"name\":\"loss\",\"value\":1}' >> "
                                      "\"$ESTIMA_METRICS_FILE\"\nwhile :; do sleep 0.1; done\n");
    for (char const* what : {"logs -f latest", "metrics -f latest"}) {
        estima_program full{"/bin/sh", {"-c", command + what + " >/dev/full"}, seen_through::pipe};
        INFO(what);
        CHECK(full.code() == 1);
        CHECK_THAT(full.err(), Catch::Contains("EST-654"));
    }
    CHECK(going_on.status() == estima::run_status::running);
    going_on.cancel();
    going_on.wait_for_completion({.raise_on_error = false});
}
