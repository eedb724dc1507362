// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <estima/history/follow_metrics.hpp>
#include <estima/tracking/metric_line.hpp>
#include <estima/tracking/point_store.hpp>
#include <estima/workspace/metric_histories.hpp>
#include <estima/workspace/run.hpp>

#include "../../support/fake_run.hpp"
#include "../../support/temporary_directory.hpp"

namespace {
std::string line_of(std::string const& name, double value) {
    return estima::detail::metric_line(name, estima::metric_number{value}, {}, 1.7e9);
}
using told_numbers = std::map<std::string, std::vector<double>>;
}  // namespace

TEST_CASE("a follower tells each number once: points, lines in pieces, files that come later") {
    estima_test::temporary_directory const folder;
    estima::metric_follower follower{folder.path()};
    auto news = [&follower](bool is_over = false) {
        told_numbers told;
        follower.read(
            is_over,
            [&told](std::string const& name, estima::metric_point const& p) {
                told[name + "/" + std::to_string(p.rank)].push_back(p.value);
            },
            [&told](std::string const& name, estima::logged_value const& v) {
                told["a list " + name + "/" + std::to_string(v.rank)] = std::get<std::vector<double>>(v.value);
            });
        return told;
    };
    CHECK(news().empty());
    estima::detail::point_store store{folder / "rank_2"};
    store.add("x", 1, estima::detail::no_step);
    CHECK(news() == told_numbers{{"x/2", {1}}});
    CHECK(news().empty());
    for (int i = 0; i < 1000; ++i) store.add(i % 2 == 0 ? "x" : "y", i, i);
    auto const many = news();
    CHECK(many.at("x/2").size() == 500);
    CHECK(many.at("y/2").back() == 999);
    std::string const line = line_of("z", 4);
    estima_test::append_file(folder / "rank_0.jsonl", line_of("z", 3) + "no metric\n" + line.substr(0, 10));
    CHECK(news() == told_numbers{{"z/0", {3}}});
    estima_test::append_file(folder / "rank_0.jsonl", line.substr(10) + "{\"name\":\"z\",\"value\":5}");
    CHECK(news() == told_numbers{{"z/0", {4}}});
    estima_test::append_file(folder / "tensorboard.jsonl", line_of("x", 7) + "{\"name\":\"x\",\"value\":[1]}\n");
    CHECK(news() == told_numbers{{"x/-1", {7}}, {"a list x/-1", {1}}});
    store.add("y", -1, 1);
    CHECK(news(true) == told_numbers{{"y/2", {-1}}, {"z/0", {5}}});
    CHECK(news(true).empty());
}

TEST_CASE("a file of lines that is replaced or emptied is told on: what it has new, or all of it") {
    estima_test::temporary_directory const folder;
    estima::metric_follower follower{folder.path()};
    auto const file = folder / "rank_0.jsonl";
    auto news = [&follower](bool is_over = false) {
        std::vector<double> told;
        follower.read(
            is_over, [&told](std::string const&, estima::metric_point const& p) { told.push_back(p.value); },
            [](std::string const&, estima::logged_value const&) {});
        return told;
    };
    auto const replace_with = [&](std::string const& text) {
        estima_test::write_file(folder / "new", text);
        std::filesystem::rename(folder / "new", file);
    };
    using numbers = std::vector<double>;
    replace_with(line_of("x", 1));
    CHECK(news() == numbers{1});
    replace_with(line_of("x", 1) + line_of("x", 2));  // as a script does that writes all it has each time
    CHECK(news() == numbers{2});
    std::string const third = line_of("x", 3);
    replace_with(line_of("x", 1) + line_of("x", 2) + third.substr(0, 9));
    CHECK(news().empty());
    replace_with(line_of("x", 1) + line_of("x", 2) + third);
    CHECK(news() == numbers{3});
    estima_test::append_file(file, line_of("x", 4));
    replace_with(line_of("y", 5) + line_of("y", 6));  // nothing of the earlier file is lost
    CHECK(news() == numbers{4, 5, 6});
    std::filesystem::remove(file);
    CHECK(news().empty());
    estima_test::write_file(file, line_of("z", 7));
    CHECK(news() == numbers{7});
    estima_test::write_file(file, line_of("z", 8));  // emptied, and written anew: as long as it was
    CHECK(news() == numbers{8});
    std::filesystem::resize_file(file, 0);
    CHECK(news().empty());
    estima_test::append_file(file, "{\"name\":\"z\",\"value\":9}");
    CHECK(news().empty());
    CHECK(news(true) == numbers{9});
    CHECK(news(true).empty());
}

TEST_CASE("who waits for a run is told its numbers while it runs, all of them when it is over") {
    estima_test::fake_run made;
    made.start();
    std::atomic<int> told{0};
    std::thread training{[&] {
        estima::detail::point_store store{made.directory().metrics() / "rank_0"};
        for (int round = 0; round < 20; ++round) {
            int const before = told;
            store.add("loss", round, round);
            if (round % 4 == 0) estima_test::append_file(made.directory().metrics_file(1), line_of("rows", round));
            if (round == 3)
                estima_test::append_file(made.directory().metrics_file(1), "{\"name\":\"curve\",\"value\":[1,2]}\n");
            for (int i = 0; i < 100; ++i) store.add("fast", i, i);
            // The first of these is told at once, the others in some milliseconds; it ends only if they are.
            while (told == before) std::this_thread::yield();
        }
        store.add("loss", 100, 100);
        made.complete();
    }};
    std::map<std::string, std::vector<double>> numbers;
    std::vector<std::string> others;
    auto const details = made.run().wait_for_completion(
        {.on_metric =
             [&](std::string const& name, estima::metric_point const& p) {
                 numbers[name].push_back(p.value);
                 ++told;
             },
         .on_value = [&](std::string const& name, auto const&) { others.push_back(name); }});
    training.join();
    CHECK(details.status == estima::run_status::completed);
    CHECK(others == std::vector<std::string>{"curve"});
    CHECK(numbers.at("loss").size() == 21);
    CHECK(numbers.at("loss").back() == 100);
    CHECK(numbers.at("fast").size() == 2000);
    CHECK(numbers.at("rows") == std::vector<double>{0, 4, 8, 12, 16});

    auto const history = made.run().get_metric_history("fast", {.max_points = 30});
    CHECK(history.size() <= 30);
    CHECK(history.back().value == 99);
    estima_test::fake_run other;
    auto const both = estima::metric_histories({made.run(), other.run()}, "loss", {.first_step = 10});
    REQUIRE(both.size() == 2);
    CHECK(both.at(made.run().id()).size() == 11);
    CHECK(both.at(other.run().id()).empty());
}

TEST_CASE("what a callback throws ends the waiting, and the run goes on") {
    estima_test::fake_run made;
    made.start();
    estima_test::append_file(made.directory().metrics_file(0), line_of("x", 1));
    CHECK_THROWS_WITH(made.run().wait_for_completion(
                          {.on_metric = [](auto const&, auto const&) { throw std::runtime_error{"enough"}; }}),
                      "enough");
    CHECK(made.run().status() == estima::run_status::running);
}
