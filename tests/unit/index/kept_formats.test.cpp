// SPDX-License-Identifier: BSL-1.0
// What earlier versions wrote, as it was kept in tests/golden/history.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <estima/archive/import_run.hpp>
#include <estima/workspace/delete_run.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include <support/source_folder.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/many_runs.hpp"

namespace {
namespace fs = std::filesystem;
using namespace estima;
using estima_test::error_of;

fs::path const golden_history = estima_test::source_folder() + "/golden/history";

void sql_in_index(fs::path const& file, std::string const& sql) {
    detail::sqlite_database{file.string(), SQLITE_OPEN_READWRITE}.run(sql);
}
}  // namespace

TEST_CASE("a workspace that version 0.1 wrote is read, searched, verified and written to") {
    estima_test::temporary_directory folder;
    fs::copy(golden_history / "workspace_0.1", folder / "w", fs::copy_options::recursive);
    bool const has_index = GENERATE(true, false);
    if (!has_index) fs::remove(folder / "w/index.sqlite");
    auto const w = workspace::open(folder / "w");
    REQUIRE(w.runs().size() == 1);
    run const one = w.run(w.runs()[0]);
    run_details const details = one.get_details();
    CHECK(details.status == run_status::completed);
    CHECK(details.tags.at("team") == "x");
    CHECK(details.warnings.empty());
    CHECK(one.get_parameters().at("lr") == "0.1");
    auto const history = one.get_metric_history("loss");
    REQUIRE(history.size() == 100);
    CHECK(history[3].value == 0.25);
    CHECK(history[3].step == 3);
    CHECK(one.get_metrics("table").rows.size() == 1);
    auto const found = search_runs(w, "metrics.loss < 0.02 and params.lr = '0.1'");
    REQUIRE(found.size() == 1);
    CHECK(found.runs[0].metrics.at("loss").count == 100);
    CHECK(w.model("digits", "best").tags.at("a") == "b");
    CHECK(search_deleted_runs(w).size() == 1);
    CHECK(verify(w).findings.empty());
    CHECK(verify_index(w).empty());

    restore_run(w, deleted_runs(w).at(0));
    one.tag("now", "yes");
    CHECK(search_runs(w, "tags.now = 'yes'").size() == 1);
    CHECK(search_runs(w).size() == 2);
    CHECK(verify_index(w).empty());
}

TEST_CASE("a run that version 0.1 exported is imported") {
    estima_test::temporary_directory folder;
    auto const w = workspace::open(folder / "w");
    auto const taken = import_run(w, golden_history / "run_0.1.tar.gz");
    CHECK(w.run(taken.run_id).get_metric_history("loss").size() == 100);
    CHECK(verify(w).findings.empty());
}

TEST_CASE("a journal of a newer format is refused in plain words, each time, and one with more in it is read") {
    estima_test::fake_run fake;
    estima_test::append_file(fake.directory().journal(), "{\"event\":\"of later\",\"x\":1}\n");
    CHECK(fake.run().get_details().warnings.size() <= 1);  // its configuration at most
    std::string const lines = read_file(fake.directory().journal());
    std::string const now = "\"format\":" + std::to_string(journal::format);
    REQUIRE(lines.find(now) != std::string::npos);
    std::string newer = lines;
    replace_file(fake.directory().journal(), newer.replace(lines.find(now), now.size(), "\"format\":1000"));
    CHECK_THAT(error_of([&] { fake.run().status(); }),
               Catch::StartsWith("[EST-645]") && Catch::Contains("its journal is 1000"));
    journal log{fake.directory().journal()};
    for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(log.record(), error);
    CHECK_THROWS_AS(fake.run().tag("a"), error);
    CHECK(read_file(fake.directory().journal()) == newer);
    CHECK(!verify(fake.workspace()).is_sound());
}

TEST_CASE("an index that tells something else than the journals is found, and made anew on request") {
    estima_test::many_runs runs;
    runs.add_all(0, 40);
    estima::replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    auto const w = workspace::open(runs.path());
    CHECK(verify_index(w).empty());  // there is none
    CHECK(!fs::exists(runs.path() / "index.sqlite"));
    run_index{runs.path()}.refresh();
    std::uint64_t looked = 0;
    CHECK(verify_index(w, {}, [&looked](std::uint64_t done, std::uint64_t all) {
              CHECK(all == 40);
              CHECK(done == ++looked);
          }).empty());
    CHECK(looked == 40);
    SECTION("a run's record is that of another") {
        sql_in_index(runs.path() / "index.sqlite",
                     "UPDATE runs SET record = (SELECT record FROM runs WHERE number = 2) "
                     "WHERE number = 3");
    }
    SECTION("a run is not in it") { sql_in_index(runs.path() / "index.sqlite", "DELETE FROM runs WHERE number = 3"); }
    auto const found = verify_index(w);
    REQUIRE(!found.empty());
    CHECK(found[0].path == "index.sqlite");
    CHECK(found[0].is_mendable);
    CHECK(!found[0].is_mended);
    CHECK(verify_index(w, {.mend = true, .progress = {}}).at(0).is_mended);
    CHECK(verify_index(w).empty());
}

TEST_CASE("metrics that came after the end of a run are no fault of the index") {
    estima_test::many_runs runs;
    runs.add_all(0, 40);
    estima::replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    auto const w = workspace::open(runs.path());
    run_index{runs.path()}.refresh();
    estima::replace_file(runs.directory(runs.id(5)).metrics_file(0), "{\"name\":\"other\",\"value\":1}\n");
    CHECK(verify_index(w).empty());
}
