// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <estima/index/sqlite.hpp>
#include <estima/system/host.hpp>
#include <estima/system/json.hpp>
#include <estima/terminal/display_width.hpp>

#include <support/ordinary_user.hpp>

#include "estima_program.hpp"
#include "seen_place.hpp"

namespace {
using namespace estima_test;
using estima::json;
}  // namespace

TEST_CASE("estima compare: what runs do not have in common, in columns that fit") {
    seen_place at;
    estima::run const a = at.trained("0.5"), b = at.trained("0.25");
    a.log_parameter("lr", "0.1");
    b.log_parameter("lr", std::string(200, '2'));
    b.tag("team", "x");
    std::string const text = at.out({"compare", a.id(), b.id()});
    CHECK_THAT(text, Catch::StartsWith("parameter  " + a.id()) && Catch::Contains("\nteam  -  ") &&
                         Catch::Contains("\nloss    0.5 ") && Catch::Contains("\ntrain  "));
    auto const lines = printed_lines(at.out({"compare", a.id(), b.id(), "--json"}));
    json const first = json::parse(lines.at(0));
    CHECK(first["kind"] == "parameter");
    CHECK(first["name"] == "lr");
    CHECK(first["run_ids"] == json{a.id(), b.id()});
    CHECK(first["values"][0] == "0.1");
    CHECK(json::parse(lines.at(1))["values"][0] == nullptr);
    CHECK(json::parse(lines.at(2))["values"] == json{0.5, 0.25});  // of the metric

    scoped_variable const plain{"NO_COLOR", "1"};
    estima_program narrow{at.words({"compare", a.id(), b.id()}), seen_through::terminal};
    CHECK_THAT(narrow.out(), Catch::Contains(a.id().substr(a.id().size() - 8)) && !Catch::Contains(a.id()));
    for (std::string line : printed_lines(narrow.out())) {
        std::erase(line, '\r');
        INFO(line);
        CHECK(estima::terminal::display_width(line) <= 80);
    }
    estima_program same{at.words({"compare", "latest", "latest"})};
    CHECK(same.out().empty());
    CHECK(same.code() == 0);
    CHECK(same.err() == "They differ in nothing.\n");
    CHECK(estima_program{at.words({"compare", "latest"})}.code() == 2);
}

TEST_CASE("estima compare --code: a diff, and of what is no text what became of it") {
    seen_place at;
    at.write("train.py", "lr = 1\n");
    at.write("data", std::string(3, '\0'));
    estima::run const a = at.trained();
    at.write("train.py", "lr = \x1B[31m2\n");
    at.write("data", std::string(4, '\0'));
    at.write("new/deep.py", "x\n");
    estima::run const b = at.trained();
    std::string const text = at.out({"compare", a.id(), b.id(), "--code"});
    CHECK_THAT(text, Catch::Contains("--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-lr = 1\n+lr = \x1B[31m2\n") &&
                         Catch::Contains("data: 3 B became 4 B\n") &&
                         Catch::Contains("new: added, a directory\n--- /dev/null\n+++ b/new/deep.py\n"));
    auto const lines = printed_lines(at.out({"compare", a.id(), b.id(), "--code", "--json"}));
    REQUIRE(lines.size() == 4);
    json const one = json::parse(lines.at(3));
    CHECK(one["kind"] == "code");
    CHECK(one["name"] == "train.py");
    CHECK(one["run_ids"] == json{a.id(), b.id()});
    CHECK(one["values"][0].get<std::string>().size() == 64);
    CHECK_THAT(one["diff"].get<std::string>(), Catch::StartsWith("--- a/train.py\n"));
    CHECK(json::parse(lines.at(1))["values"][0] == nullptr);
    CHECK_THAT(at.out({"compare", a.id(), b.id(), a.id(), "--code"}),
               Catch::StartsWith(a.id() + " to " + b.id() + "\n") && Catch::Contains(b.id() + " to " + a.id() + "\n"));
    estima_program drawn{at.words({"compare", a.id(), b.id(), "--code"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::Contains("\x1B[32m+lr = 2\x1B[0m") && Catch::Contains("\x1B[31m-lr = 1\x1B[0m"));
}

TEST_CASE("estima export and import: a run goes into another workspace") {
    seen_place at;
    estima::run const run = at.trained();
    std::string const file = (at / "run.tar.gz").string();
    CHECK_THAT(at.out({"export", "latest", file}), Catch::StartsWith(file + ": ") && Catch::Contains(" files, "));
    estima_program there{at.words({"export", run.id(), file})};
    CHECK(there.code() == 1);
    CHECK_THAT(there.err(), Catch::StartsWith("[EST-508]"));
    json const told = json::parse(at.out({"export", run.id(), file, "--overwrite", "--json"}));
    CHECK(told["run_id"] == run.id());
    CHECK(told["file"] == file);
    CHECK(told["archive_bytes"] == std::filesystem::file_size(file));
    CHECK(told["left_out"] == json::array());
    CHECK(told["changed"] == json::array());
    CHECK(told["has_snapshot"] == true);

    CHECK(at.out({"import", file}) == run.id() + ": is here already\n");
    std::string const other = (at / "other").string();  // is made
    json const taken = json::parse(estima_program{{"-w", other, "--json", "import", file}}.out());
    CHECK(taken ==
          json{{"run_id", run.id()}, {"files", told["files"]}, {"bytes", taken["bytes"]}, {"was_there", false}});
    estima_program found{{"-w", other, "logs", "latest"}};
    CHECK(found.out() == "trained to 0.25\n");
    estima_program sound{{"-w", other, "verify"}};
    CHECK(sound.code() == 0);

    write_file(at / "bad.tar", "no archive");
    estima_program bad{at.words({"import", (at / "bad.tar").string()})};
    CHECK(bad.code() == 1);
    CHECK_THAT(bad.err(), Catch::StartsWith("[EST-634]"));
    std::filesystem::create_directory(at / "empty");
    for (char const* const folder : {"new", "empty"}) {  // nothing of an import that fails stays
        estima_program failed{{"-w", (at / folder).string(), "import", (at / "bad.tar").string()}};
        CHECK(failed.code() == 1);
        CHECK(std::filesystem::exists(at / folder) == (std::string{folder} == "empty"));
        CHECK(entries_in(at / folder) == 0);
    }
    estima_program twice{{"-w", (at / "second").string(), "import", file, (at / "bad.tar").string()}};
    CHECK(twice.code() == 1);
    CHECK(estima::workspace::open(at / "second").runs() == std::vector{run.id()});  // the first one is there
    estima_program folder{at.words({"import", at.source().string()})};
    CHECK_THAT(folder.err(), Catch::StartsWith("[EST-301] cannot read ") && Catch::Contains("Is a directory"));

    estima_program drawn{at.words({"export", "latest", file, "--overwrite"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::StartsWith("\r[") && Catch::Contains("\r\x1B[K"));
    write_file(run.directory().outputs() / "model", "MODEL\n");
    estima_program changed{at.words({"export", "latest", file, "--overwrite"})};
    CHECK(changed.code() == 1);
    CHECK(changed.err() == "not as it was recorded: code/outputs/model\n");
    estima_program copied{at.words({"copy", (at / "there").string()})};
    CHECK(copied.code() == 1);
    CHECK(copied.err() == "not as it was recorded: runs/" + run.id() + "/code/outputs/model\n");
}

TEST_CASE("estima copy: a workspace of the same runs") {
    seen_place at;
    estima::run const run = at.trained();
    std::string const there = (at / "there").string();
    CHECK_THAT(at.out({"copy", there}), Catch::StartsWith(there + ": 1 run, "));
    estima_program found{{"-w", there, "logs", run.id()}};
    CHECK(found.out() == "trained to 0.25\n");
    estima_program again{at.words({"copy", there})};
    CHECK(again.code() == 1);
    CHECK_THAT(again.err(), Catch::StartsWith("[EST-639]"));
    json const told = json::parse(at.out({"copy", there + "2", "--json"}));
    CHECK(told["folder"] == there + "2");
    CHECK(told["unfinished"] == json::array());
    estima_program drawn{at.words({"copy", there + "3"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::Contains("B  copied\x1B[K"));
}

TEST_CASE("estima delete, restore and gc") {
    seen_place at;
    estima::run const first = at.trained(), second = at.trained();
    estima_program unknown{at.words({"delete", first.id(), "nothing_such"})};
    CHECK(unknown.code() == 1);
    CHECK(at.workspace().runs().size() == 2);  // all are found before the first is deleted
    CHECK_THAT(at.out({"delete", first.id(), second.id()}),
               Catch::StartsWith("deleted " + first.id() + "; estima restore " +
                                 first.id().substr(first.id().size() - 8) + " brings it back\n"));
    CHECK(at.workspace().runs().empty());
    CHECK(printed_lines(at.out({"restore"})).size() == 2);
    CHECK(at.out({"restore", first.id()}) == "restored " + first.id() + "\n");
    CHECK(at.workspace().runs() == std::vector{first.id()});
    CHECK(printed_lines(at.out({"delete", first.id(), first.id()})).size() == 1);
    estima_program several{at.words({"restore", "test_"})};
    CHECK(several.code() == 1);
    CHECK_THAT(several.err(), Catch::StartsWith("[EST-650] 2 runs begin or end with"));
    CHECK(at.out({"restore", first.id().substr(first.id().size() - 8), first.id()}) == "restored " + first.id() + "\n");
    estima_program none{at.words({"restore", first.id()})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-631]"));

    CHECK_THAT(at.out({"gc"}), Catch::StartsWith("removed 0 deleted runs, "));
    auto const deleted = at.workspace().path() / "deleted" / "runs" / second.id();
    std::filesystem::last_write_time(deleted, std::filesystem::last_write_time(deleted) - std::chrono::hours{48});
    CHECK_THAT(at.out({"gc", "--older-than", "1", "--dry-run"}), Catch::StartsWith("would remove 1 deleted run, "));
    json const freed = json::parse(at.out({"gc", "--older-than", "1", "--json"}));
    CHECK(freed["runs"] == 1);
    CHECK(freed["dry_run"] == false);
    CHECK(at.out({"restore"}).empty());
    at.out({"delete", first.id()});
    CHECK(json::parse(at.out({"gc", "--older-than", "0", "--json"}))["runs"] == 1);
}

TEST_CASE("estima gc tells what it passed over, with exit code 1") {
    seen_place at;
    estima::run const run = at.trained();
    std::string const tree = "snapshots/trees/" + estima::journal{run.directory().journal()}.record().snapshot_id;
    std::filesystem::permissions(at.workspace().path() / tree, std::filesystem::perms::owner_all);
    write_file(at.workspace().path() / tree, "x");
    estima_program told{at.words({"gc"})};
    CHECK(told.code() == 1);
    CHECK_THAT(told.err(), Catch::StartsWith("not removed: " + tree + ": it cannot be read: "));
    estima_program trial{at.words({"gc", "--dry-run", "--json"})};
    CHECK(trial.code() == 1);
    json const passed_over = json::parse(trial.out())["passed_over"];
    REQUIRE(passed_over.size() == 1);
    CHECK(passed_over[0]["path"] == tree);
}

TEST_CASE("estima experiments: lists, renames, deletes and restores them") {
    seen_place at;
    estima::run const run = at.trained();
    CHECK_THAT(at.out({"experiments"}),
               Catch::StartsWith("experiment  runs  newest run") && Catch::Contains("test           1  " + run.id()));
    CHECK(at.out({"experiments", "test", "--rename", "fashion"}) == "renamed 1 run of test\n");
    auto const told = estima::json::parse(at.out({"experiments", "--json"}));
    CHECK(told["name"] == "fashion");
    CHECK(told["runs"] == 1);
    CHECK(told["newest"]["run_id"] == run.id());
    CHECK(at.out({"experiments", "fashion", "--delete"}) == "deleted 1 run of fashion\n");
    CHECK(at.out({"experiments"}).empty());
    CHECK(estima::json::parse(at.out({"experiments", "fashion", "--restore", "--json"})) ==
          estima::json{{"name", "fashion"}, {"runs", 1}, {"in_doubt", estima::json::array()}});
    estima_program nothing{at.words({"experiments", "nope", "--restore"})};
    CHECK(nothing.code() == 1);
    CHECK_THAT(nothing.err(), Catch::StartsWith("[EST-633] no deleted run belongs to the experiment \"nope\""));
    CHECK(estima_program{at.words({"experiments", "--delete"})}.code() == 2);
    estima_program none{at.words({"experiments", "nope"})};
    CHECK(none.code() == 1);
    CHECK_THAT(none.err(), Catch::StartsWith("[EST-633]") && Catch::Contains("fashion"));
}

TEST_CASE("estima: a run whose journal is lost is in lists, and said to be lost") {
    seen_place at;
    estima::run const first = at.trained(), second = at.trained();
    std::filesystem::remove(first.directory().journal());
    std::filesystem::resize_file(second.directory().journal(), 0);
    std::string const list = at.out({"runs"});
    for (estima::run const& run : {first, second}) {
        CHECK_THAT(list, Catch::Contains(run.id() + "  NotResponding"));
        estima_program shown{at.words({"show", run.id()})};
        CHECK(shown.code() == 1);
        CHECK_THAT(shown.err(), Catch::StartsWith("[EST-647]"));
    }
    CHECK(json::parse(printed_lines(at.out({"runs", "--json"})).at(0))["error_id"] == "EST-647");
    CHECK_THAT(estima_program{at.words({"verify"})}.out(), Catch::Contains("\ndamaged: 2 runs"));
    estima_program collected{at.words({"gc"})};
    CHECK_THAT(collected.err(), Catch::Contains("cannot be read: " + first.id()) && Catch::Contains(second.id()));
}

TEST_CASE("estima show: a configuration that is lost is told, and none is made up") {
    seen_place at;
    estima::run const run = at.trained();
    bool const is_removed = GENERATE(true, false);
    if (is_removed) std::filesystem::remove(run.directory().run_configuration());
    else write_file(run.directory().run_configuration(), "{}}");
    CHECK_THAT(at.out({"show", "latest"}),
               Catch::Contains("run configuration cannot be read") && !Catch::Contains("Configuration\n"));
    estima_program configuration{at.words({"show", "latest", "--config"})};
    CHECK(configuration.code() == 1);
    CHECK(configuration.out().empty());
    CHECK_THAT(configuration.err(), Catch::StartsWith(is_removed ? "[EST-301]" : "[EST-101]"));
}

TEST_CASE("estima models: one whose description is damaged is told beside the others") {
    seen_place at;
    estima::run const run = at.trained();
    run.register_model({.name = "good", .path = "outputs/model"});
    write_file(run.register_model({.name = "bad", .path = "outputs/model"}).folder / "model.json", "{");
    estima_program listed{at.words({"models"})};
    CHECK(listed.code() == 1);
    CHECK_THAT(listed.out(), Catch::Contains("good") && !Catch::Contains("bad"));
    CHECK_THAT(listed.err(), Catch::StartsWith("[EST-509]") && Catch::Contains("remedy: "));
    estima_program told{at.words({"models", "bad", "--json"})};
    CHECK(told.code() == 1);
    CHECK(told.out().empty());
    CHECK(json::parse(told.err())["error"]["id"] == "EST-509");
}

TEST_CASE("estima verify: a line of a script that is no metric is a note, and the workspace is sound") {
    seen_place at;
    estima::run const run = at.trained();
    append_file(run.directory().metrics_file(0), "loss: 0.5\n");
    CHECK_THAT(at.out({"verify"}),
               Catch::StartsWith("note  runs/" + run.id() + "/metrics/rank_0.jsonl: 1 line is no metric") &&
                   Catch::Contains("\nsound: 1 run,"));
    CHECK(json::parse(printed_lines(at.out({"verify", "--json"})).at(0))["kind"] == "note");
}

TEST_CASE("estima show and metrics: how many lines of which file are no metrics") {
    seen_place at;
    estima::run const run = at.trained();
    append_file(run.directory().metrics_file(0), "loss: 0.5\nTraceback\n\n");
    append_file(run.directory().metrics() / "other.jsonl", "{}");  // torn
    CHECK_THAT(at.out({"show", "latest"}),
               Catch::Contains("metrics/rank_0.jsonl: 2 lines are no metrics, and passed over"));
    CHECK(json::parse(at.out({"show", "latest", "--json"}))["warnings"] ==
          json{"metrics/other.jsonl: 1 line is no metric, and passed over",
               "metrics/rank_0.jsonl: 2 lines are no metrics, and passed over"});
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"metrics", "latest"},
             {"metrics", "latest", "loss"},
             {"metrics", "latest", "loss", "--plot"},
             {"metrics", "latest", "--plot"},
             {"metrics", "latest", "-f"}}) {
        CAPTURE(words);
        estima_program told{at.words(words)};
        CHECK(told.err() == "metrics/other.jsonl: 1 line is no metric, and passed over\n"
                            "metrics/rank_0.jsonl: 2 lines are no metrics, and passed over\n");
        CHECK(told.code() == 0);
    }
    estima_program told{at.words({"metrics", "latest", "--json"})};
    json const warning = json::parse(printed_lines(told.err()).at(1))["warning"];
    CHECK(warning["lines"] == 2);
    CHECK(warning["where"] == "metrics/rank_0.jsonl");
    CHECK(json::parse(printed_lines(told.out()).at(0))["name"] == "loss");
}

TEST_CASE("Ctrl-C takes away what export, import and copy have half made, and ends them as it ends any program") {
    seen_place at;
    estima::run const run = at.trained();
    std::filesystem::path const big = run.directory().path / "system_logs/big", to = at / "to";
    write_file(big, "");
    std::filesystem::resize_file(big, std::uintmax_t{1} << 40U);  // nothing but a hole, which takes minutes
    std::filesystem::create_directory(to);
    // The copy waits for whoever changes this model.
    at.workspace().register_model({.name = "m", .path = run.directory().journal().string(), .aliases = {"best"}});
    estima::file_descriptor held{
        ::open((at.workspace().path() / "models/m/changes.jsonl").c_str(), O_RDWR | O_CLOEXEC)};
    REQUIRE(::flock(held.get(), LOCK_EX) == 0);
    for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
             {"export", "latest", (to / "run.tar.zst").string()}, {"copy", (to / "copy").string()}}) {
        CAPTURE(words);
        estima_program program{at.words(words), seen_through::terminal};
        CHECK(program.says(words.size() == 3 ? "\r[" : "copied"));
        program.type("\x03");
        CHECK(program.code() == 128 + SIGINT);
        CHECK(entries_in(to) == 0);
    }
    std::filesystem::resize_file(big, std::uintmax_t{2} << 30U);
    held.reset();
    std::string const archive = (at / "run.tar.zst").string();
    at.out({"export", "latest", archive});
    estima_program program{{"import", archive, "--workspace", (to / "new").string()}, seen_through::terminal};
    CHECK(program.says("\r["));
    program.type("\x03");
    CHECK(program.code() == 128 + SIGINT);
    CHECK(entries_in(to) == 0);
}

TEST_CASE("estima verify: sound, and damaged with exit code 1") {
    seen_place at;
    estima::run const run = at.trained();
    CHECK_THAT(at.out({"verify"}), Catch::StartsWith("sound: 1 run, 1 artifact, "));
    write_file(run.directory().outputs() / "model", "MODEL\n");
    estima_program damaged{at.words({"verify"})};
    CHECK_THAT(damaged.out(), Catch::StartsWith("damage  runs/" + run.id() + "/code/outputs/model: ") &&
                                  Catch::Contains("\ndamaged: 1 run, "));
    CHECK(damaged.code() == 1);
    estima_program told{at.words({"verify", "--json"})};
    auto const lines = printed_lines(told.out());
    REQUIRE(lines.size() == 2);
    CHECK(json::parse(lines[0])["kind"] == "damage");
    CHECK(json::parse(lines[1])["is_sound"] == false);
    at.out({"runs"});  // now there is an index
    estima::detail::sqlite_database{(run.directory().workspace() / "index.sqlite").string(), SQLITE_OPEN_READWRITE}.run(
        "DELETE FROM runs");
    CHECK_THAT(estima_program{at.words({"verify"})}.out(), Catch::Contains("damage  index.sqlite: " + run.id()));
    estima_program mended{at.words({"verify", "--mend"})};
    CHECK_THAT(mended.out(), Catch::Contains("mended  index.sqlite: "));
    estima_program drawn{at.words({"verify"}), seen_through::terminal};
    CHECK_THAT(drawn.out(), Catch::Contains("B  read\x1B[K") && Catch::Contains("\x1B[31mdamaged\x1B[0m"));
}

TEST_CASE("estima verify: what this user may not read is told, and the exit code is 3 where nothing else is wrong") {
    seen_place at;
    estima::run const run = at.trained();
    std::filesystem::permissions(at.workspace().path() / "snapshots", std::filesystem::perms{0755});
    std::filesystem::permissions(run.directory().outputs(), std::filesystem::perms::none);
    {
        ordinary_user const reader{at.source().parent_path()};
        estima_program closed{at.words({"verify"})};
        CHECK_THAT(closed.out(),
                   Catch::StartsWith("closed  runs/" + run.id() + "/code/outputs: it could not be checked: user " +
                                     estima::user_name() + " may not read it: mode 0000, of user ") &&
                       Catch::Contains("\nsound, as far as it could be checked: 1 run, "));
        CHECK(closed.code() == 3);
        estima_program told{at.words({"verify", "--json"})};
        auto const lines = printed_lines(told.out());
        REQUIRE(lines.size() == 2);
        CHECK(json::parse(lines[0])["kind"] == "closed");
        CHECK(json::parse(lines[1])["is_sound"] == true);
        CHECK(json::parse(lines[1])["is_complete"] == false);
    }
    write_file(run.directory().run_configuration(), "{");
    {
        ordinary_user const reader{at.source().parent_path()};
        estima_program damaged{at.words({"verify"})};
        CHECK_THAT(damaged.out(), Catch::Contains("\ndamaged, as far as it could be checked: 1 run, "));
        CHECK(damaged.code() == 1);
    }
    std::filesystem::permissions(run.directory().outputs(), std::filesystem::perms{0755});
}
