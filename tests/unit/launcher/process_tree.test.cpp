// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/launcher/bury.hpp>
#include <estima/system/process_tree.hpp>
#include <estima/system/signals.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>

namespace {

/// A child that sleeps, with that one variable in its environment.
class sleeper {
public:
    explicit sleeper(std::string variable) {
        std::string name = "sleep", time = "1000";
        char* const arguments[]{name.data(), time.data(), nullptr};
        char* const environment[]{variable.data(), nullptr};
        REQUIRE(::posix_spawnp(&pid, "sleep", nullptr, nullptr, arguments, environment) == 0);
    }
    sleeper(sleeper const&) = delete;
    sleeper& operator=(sleeper const&) = delete;
    ~sleeper() {
        if (reaped) return;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    int wait() {
        int status = 0;
        REQUIRE(::waitpid(pid, &status, 0) == pid);
        reaped = true;
        return status;
    }
    pid_t pid = -1;
    bool reaped = false;
};

bool has(std::vector<pid_t> const& pids, pid_t pid) { return std::find(pids.begin(), pids.end(), pid) != pids.end(); }

}  // namespace

TEST_CASE("a process is found by a whole entry of its environment, not by a part of one") {
    sleeper child{"ESTIMA_TEST_ENTRY=abc"};
    CHECK(estima::was_started_with(child.pid, "ESTIMA_TEST_ENTRY=abc"));
    for (char const* const other : {"ESTIMA_TEST_ENTRY=ab", "ESTIMA_TEST_ENTRY=abcd", "TEST_ENTRY=abc", ""})
        CHECK_FALSE(estima::was_started_with(child.pid, other));
    CHECK(estima::value_started_with(child.pid, "ESTIMA_TEST_ENTRY") == "abc");
    CHECK(estima::value_started_with(child.pid, "TEST_ENTRY").empty());
    CHECK(has(estima::processes_started_with("ESTIMA_TEST_ENTRY=abc"), child.pid));
}

TEST_CASE("a process is found from its first moment on, also in the middle of exec") {
    // posix_spawn returns when the child has left its parent's memory: its new environment is not there yet.
    for (int i = 0; i < 300; ++i) {
        sleeper child{"ESTIMA_TEST_ENTRY=abc"};
        REQUIRE(estima::was_started_with(child.pid, "ESTIMA_TEST_ENTRY=abc"));
    }
}

TEST_CASE("children and descendants are those that live") {
    sleeper child{"ESTIMA_TEST_ENTRY=x"};
    CHECK(has(estima::children_of(::getpid()), child.pid));
    CHECK(estima::state_of(child.pid).parent == ::getpid());
    CHECK(estima::state_of(child.pid).is_alive());
    CHECK(has(estima::living_descendants_of(::getpid(), [](pid_t) { return false; }), child.pid));
    CHECK_FALSE(has(estima::living_descendants_of(::getpid(), [&](pid_t p) { return p == child.pid; }), child.pid));

    estima::file_descriptor const end = estima::open_pidfd(child.pid);
    REQUIRE(::kill(child.pid, SIGKILL) == 0);
    pollfd source{end.get(), POLLIN, 0};
    REQUIRE(::poll(&source, 1, 10000) == 1);
    CHECK(estima::state_of(child.pid).letter == 'Z');
    CHECK_FALSE(estima::state_of(child.pid).is_alive());
    CHECK(has(estima::children_of(::getpid()), child.pid));
    CHECK_FALSE(has(estima::living_descendants_of(::getpid(), [](pid_t) { return false; }), child.pid));
    CHECK(WTERMSIG(child.wait()) == SIGKILL);
    CHECK(estima::state_of(child.pid).letter == 0);
}

TEST_CASE("ending the processes of a run leaves those of others alone") {
    std::string const id = "test_1_" + std::to_string(::getpid());
    sleeper mine{"ESTIMA_RUN_ID=" + id}, other{"ESTIMA_RUN_ID=" + id + "0"};
    CHECK(estima::end_processes_of(id) == 1);
    CHECK(WTERMSIG(mine.wait()) == SIGKILL);
    CHECK(estima::state_of(other.pid).is_alive());
}

TEST_CASE("signals have names") {
    CHECK(estima::signal_name(SIGSEGV) == "SIGSEGV");
    CHECK(estima::signal_name(SIGKILL) == "SIGKILL");
    CHECK(estima::signal_name(SIGRTMIN + 3) == "SIGRTMIN+3");
    CHECK(estima::signal_name(999) == "signal 999");
}
