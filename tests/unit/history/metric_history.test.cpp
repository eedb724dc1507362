// SPDX-License-Identifier: BSL-1.0
#include <estima/history/metric_history.hpp>
#include <estima/history/newest_numbers.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <estima/system/files.hpp>
#include <estima/tracking/metric_line.hpp>
#include <estima/tracking/point_store.hpp>

#include "../../support/temporary_directory.hpp"

namespace {
constexpr std::int64_t history_start = 1'700'000'000'000'000;

struct history_folder {
    estima_test::temporary_directory folder{};

    /// `count` points, a second apart: a wave with one highest and one lowest, and others between them.
    void log(std::string const& writer, int count, double shift = 0) const {
        estima::detail::point_store store{folder / writer};
        for (int i = 0; i < count; ++i) {
            store.add("loss", value(i, count) + shift, i, history_start + i * 1'000'000LL);
            store.add("other", 1e9, i, history_start + i * 1'000'000LL);
        }
    }
    static double value(int i, int count) {
        return i == count / 3 ? -500 : i == count / 2 + 7 ? 900 : std::sin(i * 0.01);
    }
    std::vector<estima::metric_point> read(estima::history_options const& options = {}) const {
        return estima::read_history(folder.path(), "loss", options);
    }
    estima::metric_point newest(std::string const& name) const {
        auto const all = estima::newest_numbers(folder.path());
        auto const last = estima::read_metrics(folder.path()).points(name).back();
        CHECK(all.at(name).value == last.value);
        CHECK(all.at(name).step == last.step);
        CHECK(all.at(name).rank == last.rank);
        return all.at(name);
    }
    std::filesystem::path blocks() const {
        for (auto const& entry : std::filesystem::directory_iterator{folder.path()})
            if (entry.path().extension() == ".blocks") return entry.path();
        return {};
    }
};

bool is_in_order(std::vector<estima::metric_point> const& points) {
    for (std::size_t i = 1; i < points.size(); ++i)
        if (points[i].time < points[i - 1].time) return false;
    return true;
}
bool has_value(std::vector<estima::metric_point> const& points, double value) {
    for (auto const& p : points)
        if (p.value == value) return true;
    return false;
}
bool is_same(std::vector<estima::metric_point> const& a, std::vector<estima::metric_point> const& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].value != b[i].value || a[i].step != b[i].step || a[i].time != b[i].time) return false;
    return true;
}
}  // namespace

TEST_CASE("a history keeps to its number of points, its extremes, its order and its newest point") {
    int const count = GENERATE(0, 1, 2, 999, 1000, 1001, 5000, 200'000);
    history_folder const f;
    f.log("rank_0", count);
    for (std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{10}, std::size_t{1000}}) {
        CAPTURE(count, most);
        auto const points = f.read({.max_points = most});
        auto const all = static_cast<std::size_t>(count);
        CHECK(points.size() <= most);
        CHECK(points.size() >= std::min(all, most) * 7 / 10);
        CHECK(is_in_order(points));
        if (count > 10 && most > 1) {
            CHECK(has_value(points, -500));
            CHECK(has_value(points, 900));
        }
        if (count > 0 && most != 2) CHECK(points.back().step == count - 1);
        for (auto const& p : points) {
            auto const i = static_cast<int>(p.step.value());
            CHECK(p.value == f.value(i, count));
            CHECK(p.time == 1.7e9 + i);
            CHECK(p.rank == 0);
        }
    }
    CHECK(f.read({.max_points = 0}).size() == static_cast<std::size_t>(count));
}

TEST_CASE("a range of a history has its limits and nothing beyond") {
    history_folder const f;
    f.log("rank_0", 20'000);
    auto const steps = f.read({.max_points = 0, .first_step = 300, .last_step = 1299});
    REQUIRE(steps.size() == 1000);
    CHECK(steps.front().step == 300);
    CHECK(steps.back().step == 1299);
    auto const times = f.read({.max_points = 0, .first_time = 1.7e9 + 19'000});
    REQUIRE(times.size() == 1000);
    CHECK(times.front().step == 19'000);
    auto const both = f.read({.max_points = 0, .first_step = 100, .last_time = 1.7e9 + 150});
    CHECK(both.size() == 51);
    CHECK(f.read({.first_step = 20'000}).empty());
    CHECK(f.read({.last_time = 1e9}).empty());
    CHECK(f.read({.first_step = 10, .last_step = 9}).empty());
    CHECK(f.read({.max_points = 20, .first_step = 6'000, .last_step = 7'000}).size() <= 20);
    CHECK(has_value(f.read({.max_points = 20, .first_step = 6'000, .last_step = 7'000}), -500));
    CHECK_FALSE(has_value(f.read({.max_points = 20, .first_step = 7'000, .last_step = 9'000}), -500));
}

TEST_CASE("histories of several processes, points and lines, are merged by time, or one is asked for") {
    history_folder const f;
    f.log("rank_0", 3000);
    f.log("rank_1", 3000, 0.25);
    std::ofstream{f.folder / "other.jsonl"}
        << estima::detail::metric_line("loss", estima::metric_number{7777}, {}, 1.7e9 + 1500.5)
        << "{\"name\":\"loss\",\"value\":[1]}\n{\"name\":\"lo";
    auto const all = f.read({.max_points = 0});
    CHECK(all.size() == 6001);
    CHECK(is_in_order(all));
    CHECK(all[3002].value == 7777);
    CHECK(all[3002].rank == -1);
    auto const thin = f.read({.max_points = 50});
    CHECK(thin.size() <= 50);
    for (double const value : {-500.0, 900.25, 7777.0}) CHECK((value != 7777.0 || has_value(thin, value)));
    CHECK(has_value(thin, -500));
    auto const one = f.read({.max_points = 0, .rank = 1});
    REQUIRE(one.size() == 3000);
    CHECK(one[1500 + 7].value == 900.25);
    CHECK(one[0].rank == 1);
    CHECK(estima::read_history(f.folder.path(), "none").empty());
    CHECK(estima::read_history(f.folder / "none", "loss").empty());
}

TEST_CASE("numbers that are none hide no extremes, and are told where there is nothing else") {
    history_folder const f;
    {
        estima::detail::point_store store{f.folder / "rank_0"};
        for (int i = 0; i < 10'000; ++i)
            store.add("loss", i == 3000 ? 5.0 : i == 3500 ? -7 : i == 3501 ? 4 : i < 5000 ? NAN : i == 6000 ? HUGE_VAL : 1, i,
                      history_start + i);
    }
    for (std::size_t const most : {std::size_t{20}, std::size_t{100}}) {  // by blocks, and point by point
        auto const points = f.read({.max_points = most});
        CHECK(std::isnan(points.front().value));
        for (double const value : {5.0, -7.0, HUGE_VAL}) CHECK(has_value(points, value));
        CHECK(points.back().value == 1);
    }
}

TEST_CASE("a point without a step is in no range of steps, also where points are told by blocks") {
    history_folder const f;
    {
        estima::detail::point_store store{f.folder / "rank_0"};
        for (int i = 0; i < 4000; ++i)
            store.add("loss", i % 2 == 0 ? 1 : i == 2001 ? -9 : i == 2003 ? 9 : 1, i % 2 == 0 ? i : estima::detail::no_step,
                      history_start + i);
    }
    for (std::size_t const most : {std::size_t{3}, std::size_t{0}}) {
        auto const points = f.read({.max_points = most, .first_step = 0, .last_step = 9000});
        CHECK(points.size() == (most == 0 ? 2000 : 2));  // all the same: the lowest of all, and the last
        for (auto const& p : points) CHECK((p.step && p.value == 1));
    }
    CHECK(has_value(f.read({.max_points = 3}), -9));
}

TEST_CASE("of a process whose clock was set back the order stays") {
    history_folder const f;
    auto log = [&f](char const* writer, std::vector<int> const& seconds) {
        std::ofstream lines{f.folder / writer};
        for (int const s : seconds)
            lines << estima::detail::metric_line("loss", estima::metric_number{s * 1.0}, {}, 1.7e9 + s);
    };
    log("rank_0.jsonl", {100, 50, 120});
    log("rank_1.jsonl", {60, 110});
    std::vector<double> told;
    for (auto const& p : f.read()) told.push_back(p.value);
    CHECK(told == std::vector<double>{60, 100, 50, 110, 120});
    CHECK(f.newest("loss").value == 120);
    log("rank_2.jsonl", {130, 20});  // of the process with the latest time that which it logged last
    log("rank_3.jsonl", {130});
    log("rank_4.jsonl", {129});
    CHECK(f.newest("loss").value == 130);
    CHECK(f.newest("loss").rank == 3);
    std::filesystem::remove(f.folder / "rank_3.jsonl");
    CHECK(f.newest("loss").value == 20);
}

TEST_CASE("histories of many names are told by one look at the files, as one by one") {
    history_folder const f;
    f.log("rank_0", 3000);
    f.log("rank_1", 3000, 0.25);
    std::ofstream{f.folder / "rank_0.jsonl"}
        << estima::detail::metric_line("line", estima::metric_number{1.0}, {}, 1.7e9)
        << estima::detail::metric_line("left", estima::metric_number{1.0}, {}, 1.7e9)
        << "{\"name\":\"list\",\"value\":[1]}\n";
    for (std::size_t const most : {std::size_t{0}, std::size_t{1}, std::size_t{50}, std::size_t{1000}}) {
        auto const all = estima::read_histories(f.folder.path(), {"loss", "line", "list", "none", "other"}, most);
        CHECK(all.size() == 3);
        for (auto const& [name, points] : all)
            CHECK(is_same(points, estima::read_history(f.folder.path(), name, {.max_points = most})));
    }
}

TEST_CASE("what was read of a long history is kept, used, continued, and made anew when it is damaged or another's") {
    history_folder const f;
    estima::detail::point_store store{f.folder / "rank_0"};
    std::int64_t logged = 0, last = 0;
    auto log = [&](int count) {
        for (int i = 0; i < count; ++i, ++logged)
            store.add(logged % 3 == 0 ? "other" : "loss", std::sin(static_cast<double>(logged) * 0.001), logged,
                      history_start + logged);
        last = logged - 1 - ((logged - 1) % 3 == 0);
    };
    log(1000);
    f.read();
    CHECK(f.newest("loss").step == last);
    CHECK(f.blocks().empty());  // not worth it
    log(300'000);
    if (GENERATE(false, true)) CHECK(f.newest("loss").step == last);  // either of the two keeps what it found
    auto const first = f.read();
    CHECK_FALSE(f.blocks().empty());
    CHECK(first.back().step == last);
    std::string const kept = estima::read_file(f.blocks());
    CHECK(is_same(f.read(), first));
    log(1000);
    auto const next = f.read();
    CHECK(next.back().step == last);
    CHECK(f.newest("loss").step == last);
    CHECK(estima::read_file(f.blocks()) == kept);
    auto const range = f.read({.max_points = 0, .first_step = 200'000, .last_step = 200'299});
    CHECK(range.size() == 200);
    CHECK(f.read({.max_points = 30}).size() <= 30);

    std::mt19937 random{20240607};
    for (int round = 0; round < 12; ++round) {
        CAPTURE(round);
        std::string damaged = kept;
        std::size_t const at = round < 6 ? random() % 120 : random() % damaged.size();
        damaged[at] = static_cast<char>(damaged[at] + 1);
        if (round % 4 == 3) damaged.resize(random() % damaged.size());
        estima::replace_file(f.blocks(), damaged);
        CHECK(f.newest("loss").step == last);
        CHECK(is_same(f.read(), next));
    }
    log(280'000);
    auto const third = f.read();
    CHECK(third.back().step == last);
    std::filesystem::remove(f.blocks());
    CHECK(is_same(f.read(), third));
    CHECK(is_same(f.read(), third));

    // What is kept of one file says nothing of another one.
    history_folder const g;
    estima::detail::point_store others{g.folder / "rank_0"};
    for (int i = 0; i < 400'000; ++i) others.add(i % 3 == 0 ? "other" : "loss", i % 7, i, history_start + i);
    auto const of_others = g.read();
    estima::replace_file(g.blocks(), kept);
    CHECK(is_same(g.read(), of_others));

    // A file that was cut short has what it has, whatever is kept of more.
    for (auto const& entry : std::filesystem::directory_iterator{f.folder.path()})
        if (entry.path().extension() == ".points") std::filesystem::resize_file(entry.path(), 4096 * 1001);
    auto const cut = f.read();
    CHECK(cut.back().step.value() < 170'000);
    CHECK(cut.back().step.value() > 169'000);
}
