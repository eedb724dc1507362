// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <set>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

TEST_CASE("a script is run to its end, and the journal tells it step by step") {
    made_run run{made_run::native("train.sh", {"one", "two words"}),
                 {{"train.sh",
                   "#!/bin/sh\n"
                   "echo \"$#:$1:$2\"; echo grumble >&2; pwd; echo "
                   "\"$ESTIMA_RUN_ID|$ESTIMA_RUN_DIRECTORY|$ESTIMA_METRICS_FILE\"\n"
                   "mkdir -p outputs/sub; printf abc > outputs/sub/model.bin; ln -s sub/model.bin outputs/newest\n"}}};
    estima::run_record const record = run.run();
    INFO(estima::read_file(run.directory.journal()));
    REQUIRE(record.status == status::completed);
    CHECK_FALSE(record.error);
    CHECK(record.warnings.empty());

    std::vector<status> seen;
    for (auto const& change : record.status_changes) seen.push_back(change.status);
    CHECK(seen == std::vector{status::not_started, status::preparing, status::starting, status::running,
                              status::finalizing, status::completed});
    REQUIRE(record.ranks.size() == 1);
    CHECK(record.ranks[0].pid > 0);
    CHECK(record.ranks[0].exit_code == 0);
    CHECK_FALSE(record.ranks[0].ended_on_request);
    CHECK(record.ranks[0].wall_seconds > 0);
    CHECK(record.ranks[0].peak_memory_bytes > 100'000);
    CHECK(record.ranks[0].host == estima::host_name());

    std::string const path = run.directory.path.string(), id = run.directory.run_id();
    CHECK(run.output() ==
          "2:one:two words\n" + path + "/code\n" + id + "|" + path + "|" + path + "/metrics/rank_0.jsonl\n");
    CHECK(run.error_output() == "grumble\n");
    REQUIRE(record.artifacts.size() == 2);
    CHECK(record.artifacts[0].path == "outputs/newest");
    CHECK(record.artifacts[1].path == "outputs/sub/model.bin");
    CHECK(record.artifacts[1].bytes == 3);
    CHECK(record.artifacts[1].sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(estima::read_file(run.directory.page()).find("Completed") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("what lay in the source directory's outputs is none of the run, unless the script touches it") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\n"
                   "cat outputs/old.bin\n"
                   "printf same > outputs/written_again.bin\n"
                   "mv outputs/moved.bin outputs/new_name.bin\n"
                   "ln -s old.bin outputs/link\n"},
                  {"outputs/old.bin", "old"},
                  {"outputs/sub/older.bin", "older"},
                  {"outputs/written_again.bin", "same"},
                  {"outputs/moved.bin", "moved"}}};
    estima::run_record const record = run.run();
    REQUIRE(record.status == status::completed);
    std::vector<std::string> artifacts;
    for (auto const& a : record.artifacts) artifacts.push_back(a.path);
    CHECK(artifacts == std::vector<std::string>{"outputs/link", "outputs/new_name.bin", "outputs/written_again.bin"});
    REQUIRE(record.warnings.size() == 2);
    CHECK(record.warnings[0] ==
          "outputs/old.bin is no artifact: it came with the source directory, and the script did not touch it");
    CHECK(record.warnings[1].starts_with("outputs/sub/older.bin is no artifact: "));
    CHECK(run.output() == "old");
}
