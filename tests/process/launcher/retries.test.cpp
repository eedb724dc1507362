// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/history/metrics.hpp>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

namespace {
/// Counts its attempts in ./outputs; the last of `good_at` succeeds.
std::string const tried_script =
    "#!/bin/sh\n"
    "n=$(($(cat outputs/count 2>/dev/null || echo 0) + 1)); echo $n > outputs/count\n"
    "echo attempt $n with $ESTIMA_RESUME_FROM, $@; echo words $n >&2\n"
    "[ -e beside ] && echo source is not as it was; echo x > beside\n"
    "echo {\\\"name\\\":\\\"loss\\\",\\\"value\\\":$n,\\\"step\\\":$n} >> $ESTIMA_METRICS_FILE\n"
    "touch outputs/checkpoint_$n; cat outputs/given\n"
    "[ $n -ge $1 ] && exit 0\n"
    "$2\n";

estima::run_configuration tried(int at_most, std::vector<std::string> after, std::string good_at, std::string end) {
    estima::run_configuration c = made_run::native("train.sh", {std::move(good_at), std::move(end)});
    c.retries = estima::retries_section{at_most, std::move(after), "outputs/checkpoint_*"};
    return c;
}
std::vector<made_run::source_file> const files{{"train.sh", tried_script}, {"outputs/given", "given\n"}};
}  // namespace

TEST_CASE("a run is tried again after an exit code that its retries name, from its newest checkpoint") {
    made_run run{tried(5, {"exit_code 75"}, "3", "exit 75"), files};
    auto const r = run.run();
    INFO(estima::read_file(run.directory.journal()) << estima::read_file(run.directory.supervisor_log()));
    REQUIRE(r.status == status::completed);
    CHECK(r.attempt() == 3);
    REQUIRE(r.attempts.size() == 2);
    CHECK(r.attempts[0].cause == "exit_code 75");
    CHECK(r.attempts[0].error->id == "EST-420");
    CHECK(r.attempts[0].ranks.size() == 1);
    CHECK(r.attempts[1].number == 2);
    CHECK(r.ranks.size() == 1);
    CHECK(run.output() == "attempt 3 with outputs/checkpoint_2, 3 exit 75 --resume-from outputs/checkpoint_2\ngiven\n");
    // The logs of each attempt are kept apart.
    CHECK(estima::read_file(run.directory.attempt_logs(1) / "rank_0_stdout.txt") ==
          "attempt 1 with , 3 exit 75\ngiven\n");
    CHECK(estima::read_file(run.directory.attempt_logs(2) / "rank_0_stderr.txt") == "words 2\n");
    // Outputs of all attempts are artifacts; what came with the source is none.
    std::vector<std::string> names;
    for (auto const& a : r.artifacts) names.push_back(a.path);
    CHECK(names == std::vector<std::string>{"outputs/checkpoint_1", "outputs/checkpoint_2", "outputs/checkpoint_3",
                                            "outputs/count"});
    CHECK(estima::read_file(run.directory.metrics_file(0)) ==
          "{\"name\":\"loss\",\"value\":1,\"step\":1}\n"
          "{\"name\":\"loss\",\"value\":2,\"step\":2}\n"
          "{\"name\":\"loss\",\"value\":3,\"step\":3}\n");
    CHECK(estima::read_file(run.directory.page()).find("Attempts") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("a run is tried again no more often, and for nothing else, than its retries say") {
    auto const [at_most, after, end, attempts, id] = GENERATE(table<int, std::string, std::string, int, std::string>({
        {2, "exit_code 75", "exit 75", 3, "EST-420"},  // three times, and then it has failed
        {2, "exit_code 75", "exit 3", 1, "EST-420"},
        {1, "signal 9", "kill -9 $$", 2, "EST-421"},
        {1, "signal 9", "kill -11 $$", 1, "EST-421"},
        {1, "any_failure", "exit 3", 2, "EST-420"},
        {2, "node_failure", "exit 3", 1, "EST-420"},
    }));
    // sh does not expand a command with $$ out of a variable
    made_run run{tried(at_most, {after}, "9", "eval"),
                 {{"train.sh", tried_script.substr(0, tried_script.rfind("$2")) + end + "\n"}, {"outputs/given", ""}}};
    auto const r = run.run();
    INFO(after << " " << end << "\n" << estima::read_file(run.directory.journal()));
    CHECK(r.status == status::failed);
    CHECK(r.attempt() == attempts);
    CHECK(r.error->id == id);
    CHECK(run.living().empty());
}

TEST_CASE("a metric line that a killed script left torn takes none of the next attempt's with it") {
    estima::run_configuration c = made_run::python("train.py");
    c.retries = estima::retries_section{1, {"signal 9"}, "outputs/*"};
    made_run run{c,
                 {{"train.py",
                   "import os\n"
                   "is_second = os.path.exists('outputs/begun')\n"
                   "metrics = open(os.environ['ESTIMA_METRICS_FILE'], 'a')\n"
                   "if is_second:\n"
                   "    for i in range(3): metrics.write('{\"name\": \"loss\", \"value\": %d}\\n' % i)\n"
                   "else:\n"
                   "    open('outputs/begun', 'w').close()\n"
                   "    metrics.write('{\"name\": \"loss\", \"value\": 7}\\n{\"name\": \"lo')\n"
                   "    metrics.flush()\n"
                   "    os.kill(os.getpid(), 9)\n"}}};
    REQUIRE(run.run().status == status::completed);
    auto const metrics = estima::read_metrics(run.directory.metrics());
    CHECK(metrics.lines_skipped == 0);
    std::vector<double> values;
    for (auto const& p : metrics.points("loss")) values.push_back(p.value);
    CHECK(values == std::vector<double>{7, 0, 1, 2});
}

TEST_CASE("a run that is canceled, or out of time, is not tried again") {
    estima::run_configuration c = tried(5, {"any_failure"}, "9", "");
    SECTION("canceled") {
        made_run run{c, {{"train.sh", "#!/bin/sh\necho x > outputs/begun\nexec sleep 1000\n"}}};
        run.start().text_of("outputs/begun");
        run.cancel(0.2);
        auto const r = run.wait();
        CHECK(r.status == status::canceled);
        CHECK(r.attempt() == 1);
    }
    SECTION("out of time, of which all attempts together have that much") {
        c.max_run_duration_seconds = 2;
        made_run run{c, {{"train.sh", "#!/bin/sh\nsleep 0.6\nexit 1\n"}}};
        auto const r = run.run();
        CHECK(r.status == status::failed);
        CHECK(r.error->id == "EST-423");
        CHECK(r.attempt() > 1);
        CHECK(r.attempt() < 6);
        CHECK(run.living().empty());
    }
}

TEST_CASE("ranks under mpirun are tried again together", "[mpi]") {
    if (!estima_test::has_mpirun()) return;
    estima::run_configuration c = made_run::mpi(made_run::native("train.sh"), 2);
    c.retries = estima::retries_section{1, {"exit_code 7"}, "outputs/begun"};
    made_run run{c,
                 {{"train.sh",
                   "#!/bin/sh\n[ \"$ESTIMA_RESUME_FROM\" ] && exit 0\n"
                   "[ $OMPI_COMM_WORLD_RANK = 1 ] && touch outputs/begun && exit 7\nexec sleep 1000\n"}}};
    auto const r = run.run();
    INFO(estima::read_file(run.directory.journal()));
    CHECK(r.status == status::completed);
    CHECK(r.attempts.size() == 1);
    CHECK(run.living().empty());
}
