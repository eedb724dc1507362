// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <estima/history/artifacts.hpp>

#include "made_run.hpp"

namespace {
namespace fs = std::filesystem;
using estima::run_status;
using estima_test::made_run;

bool has_artifact(estima::run_record const& record, std::string const& name) {
    return estima::detail::find_artifact(record, name) != nullptr;
}
}  // namespace

TEST_CASE("an output is recorded while the script runs, and its last state wins, also when the run fails") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\n"
                   "mkdir outputs/steps; echo 1 > outputs/steps/1; echo 2 > outputs/steps/2; echo m > outputs/model\n"
                   "echo later > outputs/later\n"
                   "echo outputs/steps >> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "echo \"$PWD/outputs/model\" >> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "echo /etc/passwd >> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "printf 'outputs/../train.sh\\noutputs/none\\n' >> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "until [ -e go ]; do sleep 0.01; done\n"
                   "echo better > outputs/model; rm outputs/steps/1; exit 3\n"}}};
    run.start();
    auto const during = run.wait_until([](estima::run_record const& r) {
        return has_artifact(r, "outputs/steps/2") && has_artifact(r, "outputs/model") && r.warnings.size() == 3;
    });
    CHECK(during.status == run_status::running);
    CHECK_FALSE(has_artifact(during, "outputs/later"));
    CHECK(during.warnings == std::vector<std::string>{"/etc/passwd was not uploaded: it is not below ./outputs",
                                                      "outputs/../train.sh was not uploaded: it is not below ./outputs",
                                                      "outputs/none is no artifact: No such file or directory"});
    estima::copy_out(run.directory, during, "outputs/model", run.scratch("model"));
    CHECK(estima::read_file(run.scratch("model")) == "m\n");
    std::ofstream{run.directory.code() / "go"};
    auto const after = run.wait();
    CHECK(after.status == run_status::failed);
    REQUIRE(after.artifacts.size() == 3);
    CHECK(after.artifacts[0].path == "outputs/later");
    CHECK(after.artifacts[1].path == "outputs/model");
    CHECK(after.artifacts[1].sha256 == estima::sha256_hex("better\n"));
    CHECK(after.artifacts[2].path == "outputs/steps/2");
    CHECK(after.warnings.back() ==
          "outputs/steps/1 is no artifact any more: it was there when it was uploaded, and is not now");
    std::string const journal = estima::read_file(run.directory.journal());
    CHECK(journal.find("\"replaces\":\"" + estima::sha256_hex("m\n")) != std::string::npos);
    CHECK_FALSE(fs::exists(run.directory.uploads()));
}

TEST_CASE("a request that came while another was worked on is not forgotten") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\n"
                   "for i in 1 2 3 4 5 6 7 8 9; do echo $i > outputs/$i; printf outputs/$i; sleep 0.05; echo; done "
                   ">> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "until [ -e go ]; do sleep 0.01; done\n"}}};
    run.start();
    run.wait_until([](estima::run_record const& r) { return r.artifacts.size() == 9; });
    run.cancel(5);
    auto const after = run.wait();
    CHECK(after.status == run_status::canceled);
    CHECK(after.artifacts.size() == 9);
    CHECK(after.warnings.empty());
}

TEST_CASE("what is being uploaded when the script ends is recorded once") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh",
                   "#!/bin/sh\n"
                   "truncate -s 3G outputs/big; echo outputs/big >> \"$ESTIMA_RUN_DIRECTORY/uploads/requests\"\n"
                   "until [ -e go ]; do sleep 0.01; done\n"}}};
    run.start().wait_until_running();
    std::ofstream{run.directory.code() / "go"};
    auto const after = run.wait();
    CHECK(after.status == run_status::completed);
    REQUIRE(after.artifacts.size() == 1);
    CHECK(after.artifacts[0].bytes == 3ULL << 30);
    CHECK(after.lines_ignored == 0);
}
