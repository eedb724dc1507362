// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <cstdio>

#include "made_run.hpp"

using estima_test::made_run;
using status = estima::run_status;

namespace {

struct tool_answer {
    int code;
    std::string text;  // of both outputs
};

/// Runs a command line of words that need no quoting.
tool_answer ask(std::string const& arguments) {
    std::FILE* const pipe =
        ::popen(("'" + estima::find_launcher() + "' " + arguments + " 2>&1 </dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    tool_answer a{0, {}};
    char buffer[1024];
    while (std::size_t const n = std::fread(buffer, 1, sizeof buffer, pipe)) a.text.append(buffer, n);
    int const status = ::pclose(pipe);
    a.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return a;
}

}  // namespace

TEST_CASE("estima-launch tells its version and its usage") {
    CHECK(ask("--version").text.starts_with("estima-launch "));
    CHECK(ask("--version").code == 0);
    CHECK(ask("--help").text.find("supervise") != std::string::npos);
}

TEST_CASE("estima-launch refuses a wrong command line") {
    std::string const words =
        GENERATE("", "dance", "supervise", "supervise --lock-fd x /tmp", "supervise --unknown /tmp",
                 "supervise /no/such/run", "supervise /tmp more", "worker --rendezvous nowhere /tmp");
    tool_answer const a = ask(words);
    INFO(words << " -> " << a.text);
    CHECK(a.code == 2);
    CHECK(a.text.starts_with("[EST-402]"));
}

TEST_CASE("a worker that mpirun did not start says so") {
    made_run run{made_run::mpi(made_run::native("train.sh"), 2), {{"train.sh", "#!/bin/sh\n"}}};
    tool_answer const a = ask("worker '" + run.directory.path.string() + "'");
    CHECK(a.code == 1);
    CHECK(a.text.starts_with("[EST-405]"));
    CHECK(a.text.find("OMPI_COMM_WORLD_RANK") != std::string::npos);
}

TEST_CASE("a run can be supervised by hand, in the foreground") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\necho by hand\n"}}};
    std::string const words = "supervise --foreground '" + run.directory.path.string() + "'";
    CHECK(ask(words).text.starts_with("[EST-404]"));  // this test has its lock
    run.release_lock();
    tool_answer const a = ask(words);
    CHECK(a.code == 0);
    CHECK(a.text.empty());
    CHECK(run.wait().status == status::completed);
    CHECK(run.output() == "by hand\n");
    CHECK(ask(words).text.starts_with("[EST-407]"));
}

TEST_CASE("a launcher that is none is told, with what it said") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\n"}}};
    std::string const launcher = GENERATE("/bin/false", "/no/such/launcher", "says");
    std::ofstream{run.scratch("says")} << "#!/bin/sh\necho I am not it\nexit 3\n";
    std::filesystem::permissions(run.scratch("says"), std::filesystem::perms{0755});
    try {
        run.start_with(launcher == "says" ? run.scratch("says").string() : launcher);
        FAIL("it started");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-403");
        if (launcher == "says") CHECK(e.text().why == "I am not it");
    }
    CHECK(estima::bury_if_dead(run.directory));  // the lock is free again
}

TEST_CASE("a run that nobody ever supervised is buried") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\n"}}};
    CHECK_FALSE(estima::bury_if_dead(run.directory));  // its submitting program, this test, holds the lock
    run.release_lock();
    CHECK(estima::bury_if_dead(run.directory));
    CHECK(run.wait().error->message.find("never started") != std::string::npos);
}

TEST_CASE("the supervisor holds on to nothing of the program that submits") {
    made_run run{made_run::native("train.sh"), {{"train.sh", "#!/bin/sh\nuntil [ -e go ]; do sleep 0.02; done\n"}}};
    int ends[2];
    REQUIRE(::pipe(ends) == 0);  // not closed on exec
    run.start();
    ::close(ends[1]);
    char none = 0;
    CHECK(::read(ends[0], &none, 1) == 0);  // its end is seen, although the run goes on
    ::close(ends[0]);
    auto const record = run.wait_until_running();
    std::string const supervisor = "/proc/" + std::to_string(record.supervisor_pid);
    CHECK(std::filesystem::read_symlink(supervisor + "/cwd") == "/");
    CHECK(::getsid(record.supervisor_pid) == record.supervisor_pid);
    std::ofstream{run.directory.code() / "go"};
    CHECK(run.wait().status == status::completed);
}

TEST_CASE("a run outlives the program that submitted it, killed with SIGKILL") {
    made_run run{made_run::native("train.sh"),
                 {{"train.sh", "#!/bin/sh\nuntil [ -e go ]; do sleep 0.02; done\necho done\n"}}};
    pid_t const submitter = ::fork();
    if (submitter == 0) {
        run.start();
        ::kill(::getpid(), SIGKILL);
    }
    int code = 0;
    REQUIRE(::waitpid(submitter, &code, 0) == submitter);
    REQUIRE((WIFSIGNALED(code) && WTERMSIG(code) == SIGKILL));
    run.release_lock();
    run.wait_until_running();
    CHECK_FALSE(estima::bury_if_dead(run.directory));
    std::ofstream{run.directory.code() / "go"};
    CHECK(run.wait().status == status::completed);
    CHECK(run.output() == "done\n");
}
