// SPDX-License-Identifier: BSL-1.0
// Processes that log numbers and are killed, many at once, or on a full disk: what was acknowledged is read back, and
// nothing else.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <estima/history/metrics.hpp>
#include <estima/tracking/run_context.hpp>

#include <support/skip.hpp>
#include <support/temporary_directory.hpp>

namespace {
namespace fs = std::filesystem;

constexpr int logging_threads = 2;
constexpr std::int64_t most_points = 1'000'000;  // that a thread logs

/// What a logging process and its test share: how many points each thread knows to be logged.
struct acknowledged {
    std::atomic<std::int64_t> points[logging_threads];
    std::atomic<bool> stop;
};
struct shared_acknowledged {
    acknowledged* value =
        new (::mmap(nullptr, sizeof(acknowledged), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
            acknowledged{};
    ~shared_acknowledged() { ::munmap(value, sizeof *value); }
};

pid_t start_child(std::function<int()> const& body) {
    pid_t const child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it must not outlive a test that is ended
        ::signal(SIGSEGV, SIG_DFL);  // the test program reports it itself
        ::_exit(body());
    }
    REQUIRE(child > 0);
    return child;
}
int status_of(pid_t child) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

/// Logs until it is ended from outside, in two threads.
int log_for_ever(fs::path const& folder, acknowledged& shared) {
    ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
    auto const run = estima::run_context::current();
    auto const body = [&](int thread) {
        std::string const name = "thread " + std::to_string(thread);
        for (std::int64_t i = 0; !shared.stop; ++i) {
            if (i == most_points) {  // where the test is much slower: all of them are read in the end
                while (!shared.stop) std::this_thread::sleep_for(std::chrono::milliseconds{1});
                break;
            }
            run.log(name, static_cast<double>(i) / 8, i);
            shared.points[thread] = i + 1;
        }
    };
    std::thread other{body, 1};
    body(0);
    other.join();
    return run.dropped() == 0 ? 0 : 1;
}

/// Each thread's points are 0, 1, 2 ... without a gap, all that were acknowledged and at most one more.
void check_points(fs::path const& folder, acknowledged const& shared) {
    auto const m = estima::read_metrics(folder);
    CHECK(m.lines_skipped <= 1);  // a line of JSON may be torn, while a file is being made
    for (int thread = 0; thread < logging_threads; ++thread) {
        std::vector<bool> seen;
        bool is_right = true;  // CHECK takes long for millions
        for (auto const& p : m.points("thread " + std::to_string(thread))) {
            auto const i = static_cast<std::size_t>(p.step.value_or(0));
            if (i >= seen.size()) seen.resize(i + 1);
            is_right = is_right && p.step && p.value == static_cast<double>(*p.step) / 8 && !seen[i];
            seen[i] = true;
        }
        CHECK(is_right);
        CHECK(std::find(seen.begin(), seen.end(), false) == seen.end());
        auto const known = static_cast<std::size_t>(shared.points[thread].load());
        CHECK(seen.size() >= known);
        CHECK(seen.size() <= known + 1);
    }
}

/// Waits until something was logged, then for a part of the time that a random number says.
void wait_at_random(acknowledged const& shared, std::mt19937& random) {
    std::int64_t const enough = std::uniform_int_distribution<std::int64_t>{0, 10'000}(random);
    while (shared.points[0] < enough) std::this_thread::yield();
}

/// Mounts a small file system there that this process alone sees.
bool mount_disk(fs::path const& folder, char const* options) {
    return ::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options) == 0;
}
}  // namespace

TEST_CASE("a process that is killed at any moment leaves all points that it logged, and no other") {
    std::mt19937 random{20240607};
    for (int round = 0; round < 50; ++round) {
        CAPTURE(round);
        estima_test::temporary_directory const folder;
        shared_acknowledged const shared;
        pid_t const child = start_child([&] { return log_for_ever(folder.path(), *shared.value); });
        wait_at_random(*shared.value, random);
        ::kill(child, round % 3 == 2 ? SIGSEGV : SIGKILL);
        int const status = status_of(child);
        REQUIRE(WIFSIGNALED(status));
        check_points(folder.path(), *shared.value);
    }
}

TEST_CASE("a process that crashes while it logs leaves all points that it logged") {
    estima_test::temporary_directory const folder;
    shared_acknowledged const shared;
    pid_t const child = start_child([&] {
        ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
        auto const run = estima::run_context::current();
        for (std::int64_t i = 0; i < 1000; ++i) {
            run.log("thread 0", static_cast<double>(i) / 8, i);
            shared.value->points[0] = i + 1;
        }
        ::raise(SIGSEGV);
        return 0;
    });
    CHECK(WIFSIGNALED(status_of(child)));
    CHECK(shared.value->points[0] == 1000);
    check_points(folder.path(), *shared.value);
}

TEST_CASE("what is read while it is logged was logged, in the order in which it was") {
    estima_test::temporary_directory const folder;
    shared_acknowledged const shared;
    pid_t const child = start_child([&] { return log_for_ever(folder.path(), *shared.value); });
    std::string path;
    while (path.empty())
        for (estima::metric_file const& file : estima::metric_files(folder.path()))
            if (file.is_points) path = file.path;
    std::map<std::string, std::int64_t> next;
    std::uint64_t place = 0;
    bool is_right = true;
    for (int look = 0; look < 40 || next["thread 0"] == 0; ++look) {
        auto const take = [&](estima::stored_point const& p) {
            // One that came while another thread waited for the disk is a line.
            is_right = is_right && p.stored_step >= next[*p.name] && p.value == static_cast<double>(p.stored_step) / 8;
            next[*p.name] = p.stored_step + 1;
        };
        // A share each time: the writer may be quicker than this.
        estima::point_file{path}.read(place, false, take, place + 1000);
    }
    CHECK(is_right);
    shared.value->stop = true;
    CHECK(status_of(child) == 0);
    CHECK(next["thread 0"] > 0);
    CHECK(next["thread 0"] <= shared.value->points[0]);
    check_points(folder.path(), *shared.value);
}

TEST_CASE("sixteen processes of one rank log at once, each twenty thousand points") {
    estima_test::temporary_directory const folder;
    ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
    auto const run = estima::run_context::current();
    run.log("before", 1);  // the parent has a file already
    std::vector<pid_t> children;
    for (int process = 0; process < 16; ++process)
        children.push_back(start_child([&] {
            for (int i = 0; i < 20'000; ++i) run.log("process " + std::to_string(process), i, i);
            return run.dropped() == 0 ? 0 : 1;
        }));
    for (pid_t const child : children) CHECK(status_of(child) == 0);
    ::unsetenv("ESTIMA_METRICS_FILE");
    auto const m = estima::read_metrics(folder.path());
    CHECK(m.lines_skipped == 0);
    CHECK(m.last("before") == 1);
    CHECK(m.scalars.size() == 17);
    for (int process = 0; process < 16; ++process) {
        auto const& points = m.points("process " + std::to_string(process));
        REQUIRE(points.size() == 20'000);
        for (int i = 0; i < 20'000; ++i) REQUIRE(points[static_cast<std::size_t>(i)].step == i);
    }
}

TEST_CASE("a line cut short by a full disk does not spoil the lines after it") {
    estima_test::temporary_directory const folder;
    pid_t const child = start_child([&] {
        if (!mount_disk(folder.path(), "size=12k,mode=0777")) return 77;
        if (!estima::write_all(estima::open_file(folder / "ballast", O_WRONLY | O_CREAT).get(), std::string(4096, 'b')))
            return 1;
        ::setenv("ESTIMA_METRICS_FILE", (folder / "metrics.lines").c_str(), 1);  // the name makes numbers lines
        auto const run = estima::run_context::current();
        run.log("first", 1);
        run.log_list("cut", std::vector<double>(5000, 1.5));
        if (run.dropped() != 1 || fs::file_size(folder / "metrics.lines") != 8192) return 2;  // a part of it arrived
        fs::remove(folder / "ballast");
        run.log("after", 4);
        if (run.dropped() != 1) return 3;
        std::ifstream in{folder / "metrics.lines"};
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        if (lines.size() != 3 || nlohmann::json::parse(lines[0]).at("name") != "first") return 4;
        if (!lines[1].starts_with("{\"name\":\"cut\"") || nlohmann::json::accept(lines[1])) return 5;
        return nlohmann::json::parse(lines[2]).at("name") == "after" ? 0 : 6;
    });
    int const status = status_of(child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) return estima_test::skip("no small file system can be mounted here");
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("on a full disk numbers are dropped and counted, the process goes on, and logs again when there is room") {
    estima_test::temporary_directory const folder;
    pid_t const child = start_child([&] {
        if (!mount_disk(folder.path(), "size=1m,mode=0777")) return 77;
        ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
        auto const run = estima::run_context::current();
        if (!estima::write_all(estima::open_file(folder / "ballast", O_WRONLY | O_CREAT).get(), std::string(8192, 'b')))
            return 9;
        std::int64_t logged = 0;
        while (run.dropped() == 0) run.log("x", static_cast<double>(logged), logged), ++logged;
        auto const full = estima::read_metrics(folder.path());
        if (static_cast<std::int64_t>(full.points("x").size()) != logged - 1) return 1;
        if (logged < 30'000) return 2;  // most of the disk is points
        for (int i = 0; i < 100; ++i) run.log("y", 1);
        if (run.dropped() != 101) return 3;
        // Room for lines comes back when something is removed.
        fs::remove(folder / "ballast");
        run.log("z", 1);
        if (run.dropped() != 101) return 5;
        return estima::read_metrics(folder.path()).last("z") == 1 ? 0 : 6;
    });
    int const status = status_of(child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) return estima_test::skip("no small file system can be mounted here");
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a disk that was full from the beginning holds lines, as far as there is room") {
    estima_test::temporary_directory const folder;
    pid_t const child = start_child([&] {
        if (!mount_disk(folder.path(), "size=32k,mode=0777")) return 77;
        ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
        auto const run = estima::run_context::current();
        for (int i = 0; i < 100; ++i) run.log("x", i);
        if (run.dropped() != 0 || estima::metric_files(folder.path()).size() != 1) return 1;
        return estima::read_metrics(folder.path()).points("x").size() == 100 ? 0 : 2;
    });
    int const status = status_of(child);
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) return estima_test::skip("no small file system can be mounted here");
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("after sixteen million points there is a second file") {
    estima_test::temporary_directory const folder;
    std::string const stem = (folder / "rank_0").string();
    {
        // Most of the first file is reserved at once, and never written.
        estima::detail::mapped_points points{stem, estima::epoch_microseconds()};
        std::uint64_t slot = 0;
        std::uint64_t all = 1;
        for (std::uint64_t count = 1000; count > 0;) {
            auto const room = points.reserve(count, slot);
            if (room == estima::detail::mapped_points::room::yes)
                all += count;
            else
                count /= 2;
        }
        CHECK(all == estima::detail::most_slots);
        CHECK(points.reserve(1, slot) == estima::detail::mapped_points::room::full);
        std::uint64_t last = estima::detail::slot_offset(estima::detail::most_slots - 1);
        CHECK(last + sizeof(estima::detail::point_slot) <=
              fs::file_size(stem + "." + std::to_string(::getpid()) + ".points"));
    }
}
