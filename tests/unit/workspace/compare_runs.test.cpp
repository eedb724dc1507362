// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/workspace.hpp>

#include "../../support/compared_runs.hpp"
#include "../../support/error_of.hpp"

namespace {
using estima_test::append_file;
using estima_test::write_file;

struct runs_to_compare : estima_test::compared_runs {
    estima::run const& add(estima::run_configuration const& c, std::map<std::string, std::string> const& files,
                           std::string const& metrics = {}) {
        std::filesystem::remove_all(folder / "source");
        for (auto const& [name, text] : files) write_file(folder / "source" / name, text);
        estima::run const& made = add_run(c);
        append_file(made.directory().metrics_file(0), metrics);
        return made;
    }
};
}  // namespace

TEST_CASE("runs that are the same do not differ, nor do one and none") {
    runs_to_compare f;
    CHECK(f.differences().empty());
    f.add({.script = "train.py"}, {{"train.py", "x"}}, "{\"name\":\"loss\",\"value\":1}\n");
    CHECK(f.differences().empty());
    f.add({.script = "train.py"}, {{"train.py", "x"}}, "{\"name\":\"loss\",\"value\":1}\n");
    CHECK(f.differences().empty());
    std::uint64_t looks = 0;
    compare_runs(f.runs, [&looks](std::uint64_t done, std::uint64_t all) {
        CHECK(done == ++looks);
        CHECK(all == 16);
    });
    CHECK(looks == 16);
}

TEST_CASE("numbers of metrics are told with all their digits, and what is no number by JSON's words for it") {
    runs_to_compare f;
    f.add({.script = "train.py"}, {{"train.py", "x"}},
          "{\"name\":\"a\",\"value\":NaN}\n{\"name\":\"b\",\"value\":0.1000000001}\n");
    f.add({.script = "train.py"}, {{"train.py", "x"}},
          "{\"name\":\"a\",\"value\":-Infinity}\n{\"name\":\"b\",\"value\":0.1}\n");
    CHECK(f.differences() == std::vector<std::string>{"1 a: NaN -Infinity", "1 b: 0.1000000001 0.1"});
}

TEST_CASE("what runs do not have in common is told, each with its value in every run") {
    runs_to_compare f;
    auto const& a = f.add({.script = "train.py", .arguments = {"--rate", "1"}}, {{"train.py", "x"}, {"old.py", "y"}},
                          "{\"name\":\"loss\",\"value\":2}\n{\"name\":\"loss\",\"value\":1}\n");
    a.tag("team", "x");
    a.log_parameter("rate", "1");
    estima::run_configuration other{.script = "train.py", .arguments = {"--rate", "2"}};
    other.communicator = "Mpi";
    other.mpi.process_count_per_node = 4;
    auto const& b = f.add(other, {{"train.py", "z"}, {"new/a.py", "y"}}, "{\"name\":\"loss\",\"value\":0.5}\n");
    b.log_parameter("rate", "2");
    std::string const x = estima::sha256_hex("x"), y = estima::sha256_hex("y"), z = estima::sha256_hex("z");
    CHECK(f.differences() == std::vector<std::string>{
                                 "0 rate: 1 2",
                                 "2 team: x none",
                                 "1 loss: 1.0 0.5",
                                 "3 arguments.--rate: 1 2",
                                 "3 communicator: None Mpi",
                                 "3 mpi.processCountPerNode: 1 4",
                                 "6 new/a.py: none " + y,
                                 "6 old.py: " + y + " none",
                                 "6 train.py: " + x + " " + z,
                             });
}

TEST_CASE("where the snapshot of a run is lost all but the files is compared, and that is told") {
    runs_to_compare f;
    std::string const metrics = "{\"name\":\"loss\",\"value\":1}\n";
    f.add({.script = "train.py"}, {{"train.py", "x"}}, metrics);
    auto const b = f.add({.script = "train.py"}, {{"train.py", "y"}}, "{\"name\":\"loss\",\"value\":2}\n");
    f.add({.script = "train.py"}, {{"train.py", "z"}}, metrics);
    estima::store_layout const store{b.directory().snapshots()};
    std::filesystem::remove(store.tree(known_record(b.directory()).snapshot_id));
    std::vector<std::string> unknown;
    std::uint64_t looks = 0;
    auto const found = compare_runs(
        f.runs, [&looks](std::uint64_t, std::uint64_t) { ++looks; },
        [&unknown](estima::run_difference::kind is, estima::run const& one, estima::error const& e) {
            CHECK(is == estima::run_difference::kind::file);
            unknown.push_back(one.id() + " " + e.id());
        });
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "loss");
    CHECK(unknown == std::vector{b.id() + " EST-207"});
    CHECK(looks >= 15);
    CHECK_THAT(estima_test::error_of([&] { (void)compare_runs(f.runs); }), Catch::StartsWith("[EST-207]"));
}

TEST_CASE("where the configuration of a run is lost or damaged all but the configurations is compared") {
    runs_to_compare f;
    f.add({.script = "train.py", .arguments = {"--rate", "1"}}, {{"train.py", "x"}});
    f.add({.script = "train.py", .arguments = {"--rate", "2"}}, {{"train.py", "y"}});
    auto const told = [&f] {
        std::string unknown;
        auto const found = compare_runs(f.runs, {}, [&](auto is, estima::run const& one, estima::error const& e) {
            CHECK(is == estima::run_difference::kind::configuration);
            CHECK(one.id() == f.runs[1].id());
            unknown += e.what();
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].name == "train.py");
        return unknown;
    };
    std::filesystem::path const file = f.runs[1].directory().run_configuration();
    estima::replace_file(file, "{ no JSON");
    std::string const damaged = told();
    CHECK_THAT(damaged, Catch::StartsWith("[EST-101]"));
    CHECK(damaged.find("json.exception") == std::string::npos);
    std::filesystem::remove(file);
    std::string const lost = told();
    CHECK_THAT(lost, Catch::StartsWith("[EST-301]"));
    CHECK(lost.find("restore it from a copy") != std::string::npos);
    CHECK_THAT(estima_test::error_of([&] { (void)compare_runs(f.runs); }), Catch::StartsWith("[EST-301]"));
}

TEST_CASE("properties of runs are compared") {
    runs_to_compare f;
    f.add({.script = "train.py"}, {{"train.py", "x"}}).add_property("azureml.git.commit", "1");
    f.add({.script = "train.py"}, {{"train.py", "x"}}).add_property("azureml.git.commit", "2");
    CHECK(f.differences() == std::vector<std::string>{"7 azureml.git.commit: 1 2"});
}

TEST_CASE("what one of the runs does not tell of its host is not compared, and what all tell is") {
    runs_to_compare f;
    for (int i = 0; i < 3; ++i) f.add({.script = "train.py"}, {{"train.py", "x"}});
    auto const tell = [&f](std::size_t run, estima::json event) {
        event["event"] = "host";
        event["host"] = "here";
        estima::journal{f.runs[run].directory().journal()}.append(std::move(event));
    };
    tell(0, {{"processor", "fast"}, {"cores", 8}});
    tell(1, {{"processor", "slow"}, {"cores", 8}});
    CHECK(f.differences().empty());  // the third one told nothing
    tell(2, {{"processor", "fast"}, {"cores", 4}});
    CHECK(f.differences() == std::vector<std::string>{"5 cores: 8 8 4", "5 processor: fast slow fast"});
    auto const tell_python = [&f](std::size_t run, std::string const& version, estima::json packages) {
        estima::journal{f.runs[run].directory().journal()}.append(
            {{"event", "environment"},
             {"host", "here"},
             {"python_version", version},
             {"packages", std::move(packages)}});
    };
    tell_python(0, "3.11.2", {{"numpy", "1.24"}});
    tell_python(1, "3.11.2", {{"numpy", "1.25"}});
    CHECK(f.differences().size() == 2);  // of the third one only the hardware is known
    tell_python(2, "3.12", {{"numpy", "1.24"}, {"scipy", "1.10"}});
    CHECK(f.differences() == std::vector<std::string>{"4 numpy: 1.24 1.25 1.24", "4 python: 3.11.2 3.11.2 3.12",
                                                      "4 scipy: none none 1.10", "5 cores: 8 8 4",
                                                      "5 processor: fast slow fast"});
}
