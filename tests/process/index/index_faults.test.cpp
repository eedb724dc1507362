// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <poll.h>

#include <estima/index/run_index.hpp>
#include <estima/system/clock.hpp>
#include <estima/workspace/search_runs.hpp>

#include "../../support/fake_run.hpp"
#include "../../support/many_runs.hpp"
#include "../../support/skip.hpp"

namespace {
using namespace estima;
using estima_test::many_runs;
using estima_test::texts_of;

/// A process that does something until it ends or is killed; nobody outlives the test.
class child {
public:
    explicit child(std::function<void()> const& action) : pid_{::fork()} {
        if (pid_ != 0) return;
        int code = 0;
        try {
            action();
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
            code = 1;
        }
        std::_Exit(code);
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child() {
        if (pid_ > 0) end(SIGKILL);
    }
    /// The exit code, or minus the signal.
    int wait() {
        int status = 0;
        while (::waitpid(std::exchange(pid_, -1), &status, 0) < 0 && errno == EINTR) {}
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int end(int signal) {
        ::kill(pid_, signal);
        return wait();
    }
    /// Until it has stopped itself.
    bool has_stopped() const {
        int status = 0;
        return ::waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status);
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

void pause_for(std::chrono::microseconds time) {
    timespec const t{0, static_cast<long>(time.count()) * 1000};
    ::nanosleep(&t, nullptr);
}
}  // namespace

TEST_CASE("an indexer that is killed at any moment leaves an index that gives right answers") {
    many_runs runs;
    runs.add_all(0, 1200);
    change_log const log{runs.path()};
    auto const work = [&] {
        run_index index{runs.path()};
        index.refresh();
        index.search({.max_results = 10});
    };
    // How long it takes when it is left alone says when to kill.
    double const start = epoch_seconds();
    REQUIRE(child{work}.wait() == 0);
    auto const whole = static_cast<std::uint64_t>((epoch_seconds() - start) * 1e6);
    std::mt19937_64 random{23};
    int killed = 0, next = 2000;
    for (int round = 0; round < 60; ++round) {
        if (round % 3 == 0)
            for (char const* end : {"", "-wal", "-shm"})
                std::filesystem::remove(runs.path() / ("index.sqlite" + std::string{end}));
        for (int i = 0; i < 30; ++i) log.add(runs.add(next++));
        child indexer{work};
        pause_for(std::chrono::microseconds{random() % (round % 3 == 0 ? whole : whole / 8 + 1)});
        killed += indexer.end(SIGKILL) == -SIGKILL ? 1 : 0;
        if (round % 6 != 5) continue;
        run_index index{runs.path()};
        index.refresh();
        CHECK(index.why_in_memory().empty());
        REQUIRE(texts_of(index) == texts_of(runs.truth()));
    }
    CHECK(killed > 20);
}

TEST_CASE("processes that build and update one index at once all get right answers") {
    many_runs runs;
    runs.add_all(0, 2500);
    change_log const log{runs.path()};
    {
        std::vector<std::unique_ptr<child>> all;
        for (int t = 0; t < 4; ++t)
            all.push_back(std::make_unique<child>([&, t] {
                for (int i = 0; i < 10; ++i) {
                    run_index index{runs.path()};
                    index.refresh();
                    int const number = 10'000 + t * 100 + i;
                    log.add(runs.add(number));
                    index.refresh();
                    bool const is_there = index.search(query::run_id == runs.id(number)).size() == 1;
                    // From memory, where the others held the lock for longer than one waits, it is as right.
                    if (!is_there)
                        throw std::runtime_error{"run " + runs.id(number) + " is not found; " + index.why_in_memory()};
                }
            }));
        for (auto& one : all) CHECK(one->wait() == 0);
    }
    run_index index{runs.path()};
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
    index.rebuild();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}

TEST_CASE("a stopped process that holds the index's lock keeps nobody from right answers") {
    many_runs runs;
    runs.add_all(0, 50);
    std::string const file = (runs.path() / "index.sqlite").string();
    bool const is_there_before = GENERATE(true, false);
    if (is_there_before) {
        run_index index{runs.path()};
        index.refresh();
    }
    child holder{[&] {
        detail::index_file const index = *detail::open_index_file(file, detail::index_content::keep);
        index.database->run("BEGIN IMMEDIATE");
        ::raise(SIGSTOP);
    }};
    REQUIRE(holder.has_stopped());
    change_log{runs.path()}.add(runs.add(60));
    many_runs::append(runs.directory(runs.id(3)).journal(), R"({"event":"tag","name":"late","value":"now"})" "\n");
    change_log{runs.path()}.add(runs.id(3));
    auto const truth = texts_of(runs.truth());
    double const start = epoch_seconds();
    run_index index{runs.path()};
    index.refresh();
    CHECK(texts_of(index) == truth);
    CHECK(index.search("tags.late = 'now'").size() == 1);
    CHECK(index.why_in_memory().empty() == is_there_before);  // what is there can be read
    CHECK(epoch_seconds() - start < 20);
    holder.end(SIGKILL);
    index.refresh();
    CHECK(texts_of(index) == truth);
    run_index other{runs.path()};
    other.refresh();
    CHECK(other.why_in_memory().empty());
    CHECK(texts_of(other) == truth);
}

TEST_CASE("a disk that has no room for the index, or runs full while it is updated, takes no run from the answers") {
    estima_test::temporary_directory folder;
    int const code = child{[&] {
        if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=24m,mode=0777") != 0)
            std::_Exit(77);
        ::setenv("TMPDIR", folder.path().c_str(), 1);
        many_runs runs;
        runs.add_all(0, 250);
        auto const require = [](bool is_right, std::string const& what) {
            if (!is_right) throw std::runtime_error{what};
        };
        // What is left of the disk, in pages: from nothing to more than the index takes.
        for (std::uintmax_t const left : {0U, 2U, 12U, 40U, 90U, 400U}) {
            for (char const* const end : {"", "-wal", "-shm"})
                std::filesystem::remove(runs.path() / ("index.sqlite" + std::string{end}));
            std::string const round = std::to_string(left) + " pages left: ";
            std::filesystem::path const ballast = runs.path() / "ballast";
            std::ofstream{ballast};
            auto const room = std::filesystem::space(runs.path()).available;
            require(::posix_fallocate(open_file(ballast, O_RDWR).get(), 0, static_cast<off_t>(room - left * 4096)) == 0,
                    round + "ballast");
            run_index index{runs.path()};
            index.refresh();
            require(texts_of(index) == texts_of(runs.truth()), round + "not all runs");
            if (left == 0) require(!index.why_in_memory().empty(), "the disk is not full");
            // It changes while there is no room, too.
            std::filesystem::resize_file(ballast, std::filesystem::file_size(ballast) - 8 * 4096);
            change_log{runs.path()}.add(runs.id(7));
            many_runs::append(runs.directory(runs.id(7)).journal(),
                              R"({"event":"tag","name":"round","value":")" + round + "\"}\n");
            index.refresh();
            require(texts_of(index) == texts_of(runs.truth()), round + "not the change");
            std::filesystem::remove(ballast);
            index.refresh();
            require(texts_of(index) == texts_of(runs.truth()), round + "not all when there is room again");
            run_index other{runs.path()};
            other.refresh();
            require(other.why_in_memory().empty() && texts_of(other) == texts_of(runs.truth()),
                    round + "not for another");
        }
    }}.wait();
    if (code == 77) return estima_test::skip("no small file system can be mounted here");
    CHECK(code == 0);
}

TEST_CASE("a search that is stopped while it reads a journal keeps no writer of it waiting") {
    many_runs runs;
    std::string const id = runs.add(1);
    std::string lines;
    for (int i = 0; i < 200'000; ++i) lines += R"({"event":"tag","name":"n","time":"","value":"v"})" "\n";
    many_runs::append(runs.directory(id).journal(), lines);
    std::mt19937_64 random{31};
    int held = 0;
    for (int round = 0; round < 6; ++round) {
        child reader{[&] {
            detail::run_reader all{(runs.path() / "runs").string()};
            for (;;) {
                detail::indexed_run run;
                all.read(id, run);
            }
        }};
        pause_for(std::chrono::microseconds{50'000 + random() % 50'000});
        ::kill(reader.pid(), SIGSTOP);
        REQUIRE(reader.has_stopped());
        file_descriptor const writer = open_file(runs.directory(id).journal(), O_RDWR);
        held += ::flock(writer.get(), LOCK_EX | LOCK_NB) != 0 ? 1 : 0;
    }
    CHECK(held < 3);  // it is held for a moment
}

TEST_CASE("a writer that is killed between its notice and its line, or after it, hides nothing") {
    estima_test::fake_run made;
    made.start();
    made.complete();
    search_runs(made.workspace());
    std::mt19937_64 random{29};
    for (int round = 0; round < 40; ++round) {
        child writer{[&] {
            for (int i = 0;; ++i) made.run().tag("count", std::to_string(i));
        }};
        pause_for(std::chrono::microseconds{random() % 4000});
        writer.end(SIGKILL);
        auto const told = search_runs(made.workspace()).runs.front().tags;
        REQUIRE(told == made.run().get_tags());
    }
}

TEST_CASE("a search ends a run whose supervisor died, as everybody who looks at a run") {
    estima_test::fake_run made;
    made.supervise();
    made.start();
    CHECK(search_runs(made.workspace(), "status = 'RUNNING'").size() == 1);
    made.die();
    CHECK(search_runs(made.workspace(), "status = 'RUNNING'").empty());
    run_page const failed = search_runs(made.workspace(), "status = 'FAILED' and error_id = 'EST-430'");
    REQUIRE(failed.size() == 1);
    CHECK(made.run().status() == run_status::failed);
}
