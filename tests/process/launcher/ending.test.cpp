// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

namespace {

// One child in its own session, one behind two forks, one that ignores SIGTERM; each says that it is up.
char const family[] =
    "#!/bin/sh\n"
    "setsid sh -c ': > up_1; exec sleep 1000' &\n"
    "(setsid sh -c 'trap \"\" TERM; : > up_2; while :; do sleep 1; done' &) &\n"
    "sh -c 'echo $$ > pid_3; : > up_3; exec env -i sleep 1000' &\n";

void wait_for_family(made_run& run) {
    for (char const* const name : {"up_1", "up_2", "up_3"}) run.text_of(name);
}

std::uint64_t pid_in(made_run& run, std::string const& file) { return std::stoull(run.text_of(file)); }

}  // namespace

TEST_CASE("a cancelled script that ends by itself within the grace is canceled, with what it saved") {
    made_run run{
        made_run::native("train.sh"),
        {{"train.sh",
          "#!/bin/sh\ntrap 'echo half > outputs/checkpoint; exit 0' TERM\n: > up\nwhile :; do sleep 0.02; done\n"}}};
    run.start().text_of("up");
    run.wait_until_running();
    run.cancel(30);
    auto const record = run.wait();
    CHECK(record.status == status::canceled);
    CHECK_FALSE(record.error);
    REQUIRE(record.artifacts.size() == 1);
    CHECK(record.artifacts[0].path == "outputs/checkpoint");
    CHECK(record.ranks.at(0).ended_on_request);
    CHECK(record.warnings.empty());
    CHECK(estima::read_file(run.directory.page()).find("Canceled") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("a cancelled script that does not listen is killed after the grace, with all that it started") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", std::string{family} + "trap '' TERM\n: > up\nwhile :; do sleep 1; done\n"}}};
    run.start().text_of("up");
    wait_for_family(run);
    run.wait_until_running();
    double const begin = estima::monotonic_seconds();
    run.cancel(0.3);
    auto const record = run.wait();
    CHECK(estima::monotonic_seconds() - begin < 20);
    CHECK(record.status == status::canceled);
    CHECK(record.ranks.at(0).signal == "SIGKILL");
    CHECK(record.ranks.at(0).ended_on_request);
    CHECK(run.living().empty());
}

TEST_CASE("a grace of nothing kills at once") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", "#!/bin/sh\ntrap ': > was_asked' TERM\n: > up\nwhile :; do sleep 0.01; done\n"}}};
    run.start().text_of("up");
    run.wait_until_running();
    run.cancel(0);
    CHECK(run.wait().status == status::canceled);
    CHECK_FALSE(std::filesystem::exists(run.directory.code() / "was_asked"));
    CHECK(run.living().empty());
}

TEST_CASE("a run that is cancelled before its script starts is canceled") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\n: > started\n"}}};
    run.cancel(5);
    auto const record = run.run();
    CHECK(record.status == status::canceled);
    CHECK(record.ranks.empty());
    CHECK_FALSE(std::filesystem::exists(run.directory.code() / "started"));
}

TEST_CASE("processes that a script leaves behind are ended, and counted in a warning") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", std::string{family} + "sleep 1000 & echo $! > pid\nwhile [ ! -e up_1 ] || [ ! -e up_2 ] "
                                                     "|| [ ! -e up_3 ]; do sleep 0.02; done\n"}}};
    auto const record = run.run();
    CHECK(record.status == status::completed);
    REQUIRE(record.warnings.size() == 1);
    INFO(record.warnings[0]);
    CHECK(record.warnings[0].find("processes running on rank 0") != std::string::npos);
    CHECK(run.living().empty());
    CHECK(estima::process_start_ticks(static_cast<pid_t>(pid_in(run, "pid"))) == 0);
}

TEST_CASE("a run of another script, submitted by this one, is left alone") {
    made_run inner{made_run::native("train.sh"),
                   {{"train.sh", "#!/bin/sh\n: > up\nuntil [ -e go ]; do sleep 0.02; done\n"}}};
    // What a submitting program does: a process of the other run, which does not hold on to anything of this one.
    made_run outer{made_run::native("train.sh"),
                   {{"train.sh", "#!/bin/sh\nESTIMA_RUN_ID=" + inner.directory.run_id() +
                                     " setsid sh -c 'echo $$ > pid; exec sleep 1000' & "
                                     "while [ ! -s pid ]; do sleep 0.02; done\n"}}};
    auto const record = outer.run();
    CHECK(record.status == status::completed);
    CHECK(record.warnings.empty());
    CHECK(outer.living().empty());
    CHECK(estima::state_of(static_cast<pid_t>(pid_in(outer, "pid"))).is_alive());
    CHECK(estima::end_processes_of(inner.directory.run_id()) == 1);
}

TEST_CASE("a run past its max_run_duration is ended and Failed") {
    estima::run_configuration c = made_run::native("train.sh");
    c.max_run_duration_seconds = 2;
    made_run run{
        c, {{"train.sh", "#!/bin/sh\necho begun\ntrap 'echo asked; exit 0' TERM\nwhile :; do sleep 0.02; done\n"}}};
    auto const record = run.run();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-423");
    CHECK(record.error->message.find("2 seconds") != std::string::npos);
    CHECK(run.output() == "begun\nasked\n");
    CHECK(record.ranks.at(0).wall_seconds < 30);
    CHECK(run.living().empty());
}

TEST_CASE("a supervisor that is told to end ends the run, which has Failed") {
    made_run run{made_run::native("train.sh"), {{"train.sh", std::string{family} + ": > up\nsleep 1000\n"}}};
    run.start().text_of("up");
    auto const before = run.wait_until_running();
    REQUIRE(::kill(before.supervisor_pid, SIGTERM) == 0);
    auto const record = run.wait();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-424");
    CHECK(record.error->message.find("SIGTERM") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("when the supervisor is killed, the next look says Failed and nothing stays alive") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", std::string{family} +
                                   "trap '' TERM\n: > outputs/kept\n: > up\nwhile :; do sleep 1; done\n"},
                  {"outputs/old", "x"}}};
    run.start().text_of("up");
    wait_for_family(run);
    auto const before = run.wait_until_running();
    REQUIRE_FALSE(estima::bury_if_dead(run.directory));
    estima::file_descriptor const supervisor = estima::open_pidfd(before.supervisor_pid, before.supervisor_start_ticks);
    REQUIRE(supervisor);
    REQUIRE(::kill(before.supervisor_pid, SIGKILL) == 0);
    pollfd death{supervisor.get(), POLLIN, 0};
    REQUIRE(::poll(&death, 1, 10000) == 1);

    CHECK(estima::bury_if_dead(run.directory));
    CHECK(run.living().empty());
    CHECK_FALSE(estima::state_of(static_cast<pid_t>(pid_in(run, "pid_3"))).is_alive());  // it has no environment
    auto const record = run.wait();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-430");
    CHECK(record.error->message.find(std::to_string(before.supervisor_pid)) != std::string::npos);
    CHECK_FALSE(estima::bury_if_dead(run.directory));
    REQUIRE(record.artifacts.size() == 1);
    CHECK(record.artifacts[0] == estima::artifact_record{"outputs/kept", 0, estima::sha256_hex("")});
    CHECK(record.warnings == std::vector<std::string>{"outputs/old is no artifact: it came with the source directory, "
                                                      "and the script did not touch it"});
}

TEST_CASE("a worker that is killed takes its script along, and the run has Failed") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", "#!/bin/sh\nsetsid sleep 1000 &\necho $PPID > worker\n: > up\nsleep 1000\n"}}};
    run.start().text_of("up");
    run.wait_until_running();
    REQUIRE(::kill(static_cast<pid_t>(pid_in(run, "worker")), SIGKILL) == 0);
    auto const record = run.wait();
    REQUIRE(record.status == status::failed);
    CHECK(record.error->id == "EST-425");
    CHECK(record.error->message.find("SIGKILL") != std::string::npos);
    CHECK(run.living().empty());
}

TEST_CASE("SIGTERM to the supervisor brings the end of a long cancel nearer") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\ntrap '' TERM\n: > up\nwhile :; do sleep 0.01; done\n"}}};
    run.start().text_of("up");
    run.wait_until_running();
    run.cancel(1000);
    auto const record = run.wait_until([](auto const& r) { return r.status == status::cancel_requested; });
    REQUIRE(::kill(record.supervisor_pid, SIGTERM) == 0);
    CHECK(run.wait().status == status::canceled);
    CHECK(run.living().empty());
}

TEST_CASE("a signal to the supervisor's whole group leaves the worker to end the rest") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", "#!/bin/sh\n(setsid env -i sleep 1000 & echo $! > pid_of_other) &\nwait\n: > up\nsleep 1000\n"}}};
    run.start().text_of("up");
    pid_t const other = std::stoi(run.text_of("pid_of_other"));
    estima::file_descriptor const its_end = estima::open_pidfd(other);
    auto const record = run.wait_until([](auto const& r) { return r.supervisor_pid != 0; });
    REQUIRE(::kill(-record.supervisor_pid, SIGKILL) == 0);
    pollfd end{its_end.get(), POLLIN, 0};
    CHECK(::poll(&end, 1, 20000) == 1);
    CHECK(run.living().empty());
}

TEST_CASE("what processes used that the script did not wait for is counted too") {
    made_run run{made_run::python("train.py"),
                 {{"train.py",
                   "import os\nif os.fork() == 0:\n    block = bytearray(b'x' * 90_000_000)\n"
                   "    n = sum(i * i for i in range(1_000_000))\n    os._exit(0)\n"
                   "os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # it has ended, and stays to be waited for\n"}}};
    auto const record = run.run();
    REQUIRE(record.status == status::completed);
    CHECK(record.ranks.at(0).peak_memory_bytes > 90'000'000);
}
