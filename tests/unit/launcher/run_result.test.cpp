// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/history/journal.hpp>
#include <estima/launcher/run_result.hpp>

#include <signal.h>

#include <support/temporary_directory.hpp>

namespace {

using estima::ended_by;
using estima::json;
using estima::run_status;

/// A run of some ranks whose ends are written by a test.
struct finished_run {
    explicit finished_run(int processes) : directory{temporary / "runs" / "r"} {
        c.communicator = processes > 1 ? "Mpi" : "None";
        c.mpi.process_count_per_node = processes;
        std::filesystem::create_directories(directory.system_logs());
        estima::journal::create(directory.journal(), {{"event", "created"}});
    }
    void ended(int rank, json how, bool on_request = false) {
        how.update({{"event", "rank_exit"},
                    {"rank", rank},
                    {"host", "h" + std::to_string(rank)},
                    {"ended_on_request", on_request}});
        estima::journal{directory.journal()}.append(std::move(how));
    }
    estima::run_result result(estima::run_ending const& ending = {.main_status = 0}) {
        return result_of(directory, c, ending);
    }

    estima_test::temporary_directory temporary;
    estima::run_directory directory;
    estima::run_configuration c;
};

json const good{{"exit_code", 0}};

int exited(int code) { return code << 8; }

}  // namespace

TEST_CASE("a run whose ranks all ended well is completed") {
    finished_run run{2};
    run.ended(1, good);
    CHECK(run.result().status == run_status::failed);  // one is missing
    run.ended(1, good);                                // its line, there twice
    CHECK(run.result().status == run_status::failed);
    run.ended(0, good);
    CHECK(run.result().status == run_status::completed);
}

TEST_CASE("the first rank that failed by itself is the one that is told") {
    finished_run run{3};
    run.ended(0, {{"exit_code", 9}}, true);
    run.ended(2, {{"signal", "SIGSEGV"}});
    run.ended(1, {{"exit_code", 1}});
    auto const result = run.result({.main_status = exited(1)});
    REQUIRE(result.error);
    CHECK(result.status == run_status::failed);
    CHECK(result.error->id == "EST-421");
    CHECK(result.error->rank == 2);
    CHECK(result.error->message == "the script was ended by SIGSEGV on rank 2 (h2): it touched memory that is not its own, or that is not there");
}

TEST_CASE("a request to end decides, whatever the script made of it") {
    finished_run run{1};
    run.ended(0, good, true);
    CHECK(run.result({.by = ended_by::cancel, .main_status = 0}).status == run_status::canceled);
    CHECK_FALSE(run.result({.by = ended_by::cancel, .main_status = 0}).error);
    run.c.max_run_duration_seconds = 90;
    auto const late = run.result({.by = ended_by::time_limit, .main_status = 0});
    CHECK(late.status == run_status::failed);
    CHECK(late.error->id == "EST-423");
    CHECK(late.error->message.find("90 seconds") != std::string::npos);
    CHECK(run.result({.by = ended_by::signal, .signal = SIGHUP, .main_status = 0}).error->message.find("SIGHUP") !=
          std::string::npos);
}

TEST_CASE("what went wrong inside goes before all else") {
    finished_run run{1};
    run.ended(0, good);
    auto const result =
        run.result({.by = ended_by::cancel, .main_status = 0, .internal = estima::run_error{"EST-414", "x"}});
    CHECK(result.status == run_status::failed);
    CHECK(result.error->id == "EST-414");
}

TEST_CASE("an mpirun that fails although no rank did is told with its status") {
    finished_run run{2};
    run.ended(0, good);
    run.ended(1, good);
    CHECK(run.result({.main_status = exited(213)}).error->message.find("exit code 213") != std::string::npos);
    CHECK(run.result({.main_status = SIGBUS}).error->message.find("SIGBUS") != std::string::npos);
    CHECK(run.result({.main_status = exited(1)}).error->id == "EST-422");
    CHECK(run.result({.main_status = SIGKILL, .mpirun_hung = true}).status == run_status::completed);
}

TEST_CASE("a worker that ended without a word is told") {
    finished_run run{1};
    auto const result = run.result({.main_status = exited(125)});
    CHECK(result.error->id == "EST-425");
}

TEST_CASE("lines of the journal that are torn or foreign do not decide") {
    finished_run run{1};
    std::ofstream{run.directory.journal(), std::ios::app}
        << "{\"event\":\"rank_exit\",\"exit_c\n[\"rank_exit\"]\nnull\n"
           "{\"event\":\"rank_exit\",\"rank\":\"one\",\"exit_code\":1}\n{\"event\":\"rank_exit\",\"exit_code\":\"x\"}"
           "\n";
    run.ended(0, good);
    CHECK(run.result().status == run_status::completed);
}
