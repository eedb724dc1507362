// SPDX-License-Identifier: BSL-1.0
// Runs that somebody deletes, or deletes and restores, while they are read.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/archive/import_run.hpp>
#include <estima/workspace/collect_garbage.hpp>
#include <estima/workspace/delete_run.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"

namespace {
namespace fs = std::filesystem;
using estima_test::error_of;

/// A run that is over, and deleted when it is told to be.
struct run_that_goes_away : estima_test::fake_run {
    run_that_goes_away() {
        start();
        for (char const* const name : {"outputs/a", "outputs/b", "outputs/c"}) output(name, name);
        print("one\n");
        estima_test::append_file(directory().metrics_file(0), "{\"name\":\"loss\",\"value\":1}\n");
        complete();
    }
    std::string id() const { return directory().run_id(); }
    void go_away() const {
        if (!is_gone()) delete_run(workspace(), id());
    }
    bool is_gone() const { return !fs::exists(directory().path); }
};
}  // namespace

TEST_CASE("a run that is deleted while it is downloaded is downloaded whole") {
    run_that_goes_away const fake;
    auto const run = fake.run();
    estima::download_options const options{
        .on_progress = [&](estima::download_progress const&) { fake.go_away(); }, .at_once = 1};
    CHECK(run.download_files("", fake / "there", options) == 4);
    CHECK(fake.is_gone());
    for (char const* const name : {"outputs/a", "outputs/b", "outputs/c"})
        CHECK(estima::read_file(fake / "there" / name) == name);
    CHECK(estima::read_file(fake / "there/system_logs/rank_0_stdout.txt") == "one\n");
    CHECK(error_of([&] { run.download_files("", fake / "there"); }).starts_with("[EST-307]"));
}

TEST_CASE("a run that is deleted while it is exported is exported whole") {
    run_that_goes_away const fake;
    auto const written =
        export_run(fake.workspace(), fake.id(), fake / "run.tar",
                   {.progress = [&](std::uint64_t, std::uint64_t) { fake.go_away(); }});
    CHECK(fake.is_gone());
    CHECK(written.changed.empty());
    auto const other = estima::workspace::open(fake / "other");
    import_run(other, fake / "run.tar");
    auto const copy = other.run(fake.id());
    CHECK(copy.get_details().artifacts.size() == 3);
    CHECK(copy.get_metrics().points("loss").size() == 1);
    CHECK(estima::read_file(copy.directory().outputs() / "c") == "outputs/c");
}

TEST_CASE("a run that is deleted while somebody waits for it is told whole") {
    run_that_goes_away const fake;
    auto const details = fake.run().wait_for_completion(
        {.on_metric = [&](std::string const&, estima::metric_point const&) { fake.go_away(); }});
    CHECK(fake.is_gone());
    CHECK(details.warnings.empty());
    CHECK(details.run_definition.script == "train.py");
    REQUIRE(details.log_files.size() == 1);
    CHECK(details.log_files[0] == fake.directory().rank_stdout(0).string());
}

TEST_CASE("what a run that was moved while it was read has not is told by the name of its folder") {
    run_that_goes_away const fake;
    std::string const told = error_of([&] {
        while_there(fake.directory(), [&](estima::run_directory const& here) {
            CHECK(here.run_id() == fake.id());
            CHECK(here.workspace() == fake.workspace().path());
            fake.go_away();
            CHECK(estima::read_file(here.outputs() / "a") == "outputs/a");
            while_there(here, [](estima::run_directory const& again) { estima::read_file(again.path / "none"); });
        });
    });
    CHECK(told.starts_with("[EST-301] cannot read " + (fake.directory().path / "none").string() + "\n"));
}

TEST_CASE("a run that is removed for good while it is read is told to be gone") {
    run_that_goes_away const fake;
    std::string const told = error_of([&] {
        while_there(fake.directory(), [&](estima::run_directory const& here) {
            fake.go_away();
            CHECK(collect_garbage(fake.workspace(), {.older_than = estima::seconds(0)}).runs == 1);
            estima::read_file(here.run_configuration());
        });
    });
    CHECK(told.starts_with("[EST-307]"));
    CHECK(told.find("its folder is gone") != std::string::npos);
    CHECK(error_of([&] { read_run_definition(fake.directory()); }).starts_with("[EST-307]"));
}
