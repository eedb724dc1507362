// SPDX-License-Identifier: BSL-1.0
#include <estima/tracking/run_context.hpp>

#include "../../support/temporary_directory.hpp"

#include <estima/history/metrics.hpp>

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <support/scoped_variable.hpp>

namespace {

namespace fs = std::filesystem;
using estima::detail::no_step;
using estima::detail::point_store;

/// A folder of metrics, and what is read from it.
struct points_folder {
    estima_test::temporary_directory folder{};
    std::string stem = (folder / "rank_3").string();

    estima::run_metrics read() const { return estima::read_metrics(folder.path()); }
    std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        for (estima::metric_file const& file : estima::metric_files(folder.path()))
            if (file.is_points) found.push_back(file.path);
        return found;
    }
};

/// The same, and a run that logs to it.
struct points_of_run : points_folder {
    estima_test::scoped_variable id{"ESTIMA_RUN_ID", "run"};
    estima_test::scoped_variable metrics{"ESTIMA_METRICS_FILE", stem + ".jsonl"};
    estima::run_context run = estima::run_context::current();
};

bool in_child(std::function<bool()> const& action) {
    pid_t const child = ::fork();
    if (child == 0) ::_exit(action() ? 0 : 1);
    int status = -1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

TEST_CASE("logged numbers are points, with value, step, time and rank") {
    points_of_run f;
    double const before = estima::epoch_seconds();
    std::vector<double> const values{0.1, -0.0, 5e-324, DBL_MAX, -DBL_MIN, HUGE_VAL, -HUGE_VAL, NAN, 1.0 / 3};
    for (double const value : values) f.run.log("loss", value);
    f.run.log("step", 1, -7);
    f.run.log("step", true, std::numeric_limits<std::int64_t>::max());
    f.run.log("step", 0.1F, 0);
    double const after = estima::epoch_seconds();
    CHECK(f.run.dropped() == 0);
    CHECK(fs::file_size(f.stem + ".jsonl") == 0);

    auto const m = f.read();
    CHECK(m.lines_skipped == 0);
    CHECK(m.names() == std::vector<std::string>{"loss", "step"});
    auto const& points = m.points("loss");
    REQUIRE(points.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK((points[i].value == values[i] || (std::isnan(values[i]) && std::isnan(points[i].value))));
        CHECK(std::signbit(points[i].value) == std::signbit(values[i]));
        CHECK_FALSE(points[i].step);
        CHECK(points[i].rank == 3);
        CHECK(points[i].time >= before - 1e-5);
        CHECK(points[i].time <= after + 1e-5);
    }
    auto const& steps = m.points("step");
    REQUIRE(steps.size() == 3);
    CHECK(steps[0].step == -7);
    CHECK(steps[1].step == std::numeric_limits<std::int64_t>::max());
    CHECK(steps[1].value == 1);
    CHECK(steps[2].step == 0);
    CHECK(static_cast<float>(steps[2].value) == 0.1F);
}

TEST_CASE("what a point cannot hold is a line: wide integers, very long names") {
    points_of_run f;
    std::string const name(estima::detail::longest_point_name + 1, 'n');
    f.run.log("wide", std::numeric_limits<std::uint64_t>::max());
    f.run.log("wide", std::numeric_limits<std::int64_t>::min());
    f.run.log(name, 4);
    f.run.log("narrow", std::int64_t{1} << 53);
    std::string const lines = estima::read_file(f.stem + ".jsonl");
    CHECK(lines.find(":18446744073709551615,") != std::string::npos);
    CHECK(lines.find(":-9223372036854775808,") != std::string::npos);
    CHECK(lines.find("narrow") == std::string::npos);
    auto const m = f.read();
    CHECK(m.last(name) == 4);
    CHECK(m.last("narrow") == 9007199254740992);
    CHECK(f.run.dropped() == 0);
}

TEST_CASE("all steps are kept, in points and in lines, but the one that stands for none, which is refused") {
    points_of_run f;
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(), most = -(least + 1);
    std::vector<std::int64_t> const steps{least + 1, -9'100'000'000'000'000'000, -9007199254740993,
                                          0,         9007199254740993,           most};
    for (std::int64_t const step : steps) {
        f.run.log("point", 1, step);
        f.run.log("line", most, step);
        f.run.log_list("list", {1}, step);
    }
    CHECK(f.run.dropped() == 0);
    f.run.log("point", 1, least);
    f.run.log("line", most, least);
    f.run.log_list("list", {1}, least);
    f.run.log_row("row", {{"a", 1}}, least);
    f.run.log_document("document", "t", "{}", least);
    CHECK(f.run.dropped() == 5);
    CHECK(estima::point_file{f.files().at(0).string()}.dropped() == 5);  // for who looks at the run
    auto const m = f.read();
    CHECK(m.names() == std::vector<std::string>{"line", "list", "point"});
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CHECK(m.points("point").at(i).step == steps[i]);
        CHECK(m.points("line").at(i).step == steps[i]);
        CHECK(m.lists.at("list").at(i).step == steps[i]);
    }
    auto const asked = estima::run_context::current(estima::on_log_error::throw_);
    CHECK_THROWS_WITH(asked.log("point", 1, least), Catch::Contains("EST-621"));
}

TEST_CASE("what has an empty name is refused: nobody could ask for it") {
    points_of_run f;
    f.run.log("", 1);
    f.run.log("", std::numeric_limits<std::int64_t>::max());
    f.run.log_list("", {1});
    f.run.log_row("", {{"a", 1}});
    f.run.log_document("", "t", "{}");
    CHECK(f.run.dropped() == 5);
    CHECK(f.read().empty());
    auto const asked = estima::run_context::current(estima::on_log_error::throw_);
    CHECK_THROWS_WITH(asked.log("", 1), Catch::Contains("EST-621") && Catch::Contains("its name is empty"));
}

TEST_CASE("points and lines of one process are in the order in which it wrote them") {
    points_of_run f;
    std::vector<double> expected;
    for (int i = 0; i < 3000; ++i) {  // many in each microsecond, which is what times have
        if (i % 3 == 0)
            f.run.log("x", (std::uint64_t{1} << 60) + static_cast<std::uint64_t>(i) * 1024);
        else
            f.run.log("x", i);
        expected.push_back(i % 3 == 0 ? std::ldexp(1, 60) + i * 1024 : i);
    }
    std::vector<double> values;
    auto const m = f.read();
    for (auto const& p : m.points("x")) values.push_back(p.value);
    CHECK(values == expected);
}

TEST_CASE("a process has one file, however often it asks for its run, and cuts it when it ends") {
    points_of_run f;
    for (int i = 0; i < 50; ++i) estima::run_context::current().log("x", i);
    CHECK(f.files().size() == 1);
    CHECK(f.read().points("x").size() == 50);
    points_folder other;
    {
        point_store store{other.stem};
        CHECK(other.files().empty());  // not before there is something to keep
        CHECK(store.add("x", 1, no_step));
        CHECK(fs::file_size(other.files().at(0)) == 65536);
    }
    CHECK(fs::file_size(other.files().at(0)) == 2 * 4096);
    CHECK(other.read().points("x").size() == 1);
}

TEST_CASE("names are kept as they are, those that are no UTF-8 as lines would have them") {
    std::string every_ascii;
    for (int c = 0; c < 128; ++c) every_ascii += static_cast<char>(c);
    points_folder f;
    std::map<std::string, std::string> const names{
        {"", ""},
        {every_ascii, every_ascii},
        {"n\xC3\xA4 \xE2\x82\xAC", "n\xC3\xA4 \xE2\x82\xAC"},
        {"bad \xFF name", "bad \xEF\xBF\xBD name"},
        {std::string(16, 'a'), std::string(16, 'a')},
        {std::string(17, 'a'), std::string(17, 'a')},
        {std::string(4096, 'a'), std::string(4096, 'a')},
    };
    point_store store{f.stem};
    for (int round = 0; round < 2; ++round)
        for (auto const& [name, read] : names) CHECK(store.add(name, static_cast<double>(name.size()), round));
    auto const m = f.read();
    CHECK(m.scalars.size() == names.size());
    for (auto const& [name, read] : names) {
        CAPTURE(read);
        CHECK(m.points(read).size() == 2);
        CHECK(m.last(read) == static_cast<double>(name.size()));
    }
}

TEST_CASE("50,000 names in one run") {
    points_folder f;
    {
        point_store store{f.stem};
        for (int round = 0; round < 2; ++round)
            for (int i = 0; i < 50'000; ++i) REQUIRE(store.add("layer/" + std::to_string(i) + "/norm", i, round));
    }
    auto const m = f.read();
    CHECK(m.scalars.size() == 50'000);
    CHECK(m.lines_skipped == 0);
    CHECK(m.points("layer/49999/norm").size() == 2);
    CHECK(m.last("layer/777/norm") == 777);
    CHECK(fs::file_size(f.files().at(0)) < 8'000'000);
}

TEST_CASE("points of eight threads are all there, each thread's in its order") {
    constexpr int threads = 8, count = 20'000;
    points_folder f;
    point_store store{f.stem};
    CHECK(store.add("first", 0, no_step));
    std::vector<int> refused(threads);
    {
        std::vector<std::thread> writers;
        for (int t = 0; t < threads; ++t)
            writers.emplace_back([&store, &refused, t] {
                for (int i = 0; i < count; ++i) {
                    // Half of them under one name, and new names all the time.
                    std::string const name = i % 2 == 0 ? "shared" : "own " + std::to_string(i % 500);
                    while (!store.add(name, t, i)) ++refused[static_cast<std::size_t>(t)];
                }
            });
        for (auto& writer : writers) writer.join();
    }
    auto const m = f.read();
    CHECK(m.lines_skipped == 0);
    std::size_t all = 0;
    for (auto const& [name, points] : m.scalars) all += points.size();
    CHECK(all == threads * count + 1);
    std::map<double, std::int64_t> next;
    for (auto const& p : m.points("shared")) {
        CHECK(p.step == next[p.value]);
        next[p.value] += 2;
    }
    CHECK(next.size() == threads);
}

TEST_CASE("a forked child has a file of its own, and so has its child") {
    points_of_run f;
    f.run.log("who", 1);
    CHECK(in_child([&f] {
        for (int i = 0; i < 100; ++i) f.run.log("who", 2, i);
        bool const fine = in_child([&f] {
            f.run.log("who", 4);
            return f.run.dropped() == 0;
        });
        return fine && f.run.dropped() == 0;
    }));
    for (int i = 0; i < 100; ++i) f.run.log("who", 3, i);
    std::map<double, int> count;
    auto const m = f.read();
    for (auto const& p : m.points("who")) ++count[p.value];
    CHECK(count == std::map<double, int>{{1, 1}, {2, 100}, {3, 100}, {4, 1}});
    CHECK(m.points("who").front().rank == 3);
    CHECK(f.files().size() == 3);
    CHECK(fs::file_size(f.stem + ".jsonl") == 0);
}

TEST_CASE("a child that is forked while other threads ask for their run and log finds nothing locked") {
    points_of_run f;
    std::atomic<bool> stop{false};
    std::vector<std::thread> busy;
    for (int t = 0; t < 2; ++t)
        busy.emplace_back([&] {
            while (!stop) estima::run_context::current().log("busy", 1);
        });
    for (int round = 0; round < 10; ++round)
        CHECK(in_child([] {
            auto const run = estima::run_context::current();
            run.log("child", 1);
            return run.dropped() == 0;
        }));
    stop = true;
    for (auto& thread : busy) thread.join();
    CHECK(f.read().points("child").size() == 10);
}

TEST_CASE("a clock that is set back by hours keeps the order; by weeks, or forward, it makes another file") {
    points_folder f;
    point_store store{f.stem};
    constexpr std::int64_t hour = 3'600'000'000, week = 168 * hour, start = 1'700'000'000'000'000;
    CHECK(store.add("x", 1, no_step, start));
    CHECK(store.add("x", 2, no_step, start - 5 * hour));
    CHECK(store.add("x", 3, no_step, start + week));
    CHECK(f.files().size() == 1);
    CHECK(store.add("x", 4, no_step, start + 3 * week));
    CHECK(f.files().size() == 2);
    CHECK(store.add("x", 5, no_step, start - 3 * week));
    CHECK(f.files().size() == 3);
    std::map<double, double> times;
    auto const m = f.read();
    for (auto const& p : m.points("x")) times[p.value] = p.time;
    CHECK(times.size() == 5);
    CHECK(times[2] == 1.7e9 - 5 * 3600);
    CHECK(times[4] == 1.7e9 + 3 * 168 * 3600);
    CHECK(times[5] == 1.7e9 - 3 * 168 * 3600);
}

TEST_CASE("a limit on the size of files ends points, without a signal, and begins lines") {
    points_of_run f;
    CHECK(in_child([&f] {
        rlimit limit{};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 200'000;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        for (int i = 0; i < 9'000; ++i) f.run.log("x", i, i);
        return f.run.dropped() == 0;
    }));
    CHECK(fs::file_size(f.files().at(0)) <= 200'000);
    CHECK(fs::file_size(f.stem + ".jsonl") > 1000);
    auto const m = f.read();
    CHECK(m.lines_skipped == 0);
    REQUIRE(m.points("x").size() == 9'000);
    std::vector<bool> seen(9'000);
    for (auto const& p : m.points("x")) seen.at(static_cast<std::size_t>(p.value)) = true;
    CHECK(std::count(seen.begin(), seen.end(), true) == 9'000);
}

TEST_CASE("what cannot be logged throws if that is asked for") {
    estima_test::scoped_variable const metrics{"ESTIMA_METRICS_FILE", "/dev/full"};
    auto const run = estima::run_context::current(estima::on_log_error::throw_);
    try {
        run.log("loss", 0.5);
        FAIL("no error");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-620");
        CHECK(e.text().where == "/dev/full");
        CHECK(e.text().why == "No space left on device");
    }
    CHECK(run.dropped() == 1);
}

TEST_CASE("a metrics file that cannot be opened is told with the system's reason") {
    estima_test::temporary_directory const folder;
    estima_test::scoped_variable const metrics{"ESTIMA_METRICS_FILE", (folder / "none/rank_0.jsonl").string()};
    auto const run = estima::run_context::current(estima::on_log_error::throw_);
    try {
        run.log("loss", 0.5);
        FAIL("no error");
    } catch (estima::error const& e) {
        CHECK(e.id() == "EST-620");
        CHECK(e.text().why == "No such file or directory");
        CHECK(e.text().remedy.find("free space") == std::string::npos);
    }
    CHECK(run.dropped() == 1);
}

TEST_CASE("a limit of file sizes ends no program that logs") {
    estima_test::temporary_directory const folder;
    pid_t const child = ::fork();
    if (child == 0) {
        ::setenv("ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").c_str(), 1);
        rlimit const limit{64 * 1024, 64 * 1024};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        auto const run = estima::run_context::current();
        for (int i = 0; i < 20'000; ++i) run.log("loss", i, i);
        ::_exit(run.dropped() > 0 ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));  // by no signal
    CHECK(WEXITSTATUS(status) == 0);
    auto const m = estima::read_metrics(folder.path());
    CHECK(m.points("loss").size() > 100);
    CHECK(m.points("loss").size() < 20'000);
    CHECK(m.lines_skipped == 0);
}
