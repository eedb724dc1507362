// SPDX-License-Identifier: BSL-1.0
#include <estima/tracking/run_context.hpp>

#include "../../support/temporary_directory.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <support/scoped_variable.hpp>

namespace {

using nlohmann::json;

using estima_test::scoped_variable;

/// A folder, and a run whose metrics file is in it. Its name makes numbers lines, as everything else is.
struct tracked_run {
    estima_test::temporary_directory folder{};
    std::filesystem::path file = folder / "metrics.lines";
    scoped_variable id{"ESTIMA_RUN_ID", "digits_1700000000_0badcafe"};
    scoped_variable metrics{"ESTIMA_METRICS_FILE", file.string()};
    estima::run_context run = estima::run_context::current();

    std::vector<std::string> raw_lines() const {
        std::ifstream in{file};
        std::vector<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.push_back(line);
        return lines;
    }
    std::vector<json> lines() const {
        std::vector<json> parsed;
        for (auto const& line : raw_lines()) parsed.push_back(json::parse(line));
        return parsed;
    }
    json only_line() const {
        auto const all = lines();
        REQUIRE(all.size() == 1);
        return all.front();
    }
};

std::string logged_name(std::string_view name) {
    tracked_run f;
    f.run.log(name, 1);
    CHECK(f.run.dropped() == 0);
    return f.only_line().at("name").get<std::string>();
}

double logged_number(double value) {
    tracked_run f;
    f.run.log("x", value);
    json const line = f.only_line();
    CHECK(line.at("value").is_number_float());
    return line.at("value").get<double>();
}

std::string const replacement = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("a logged number becomes one line with name, value, step and time") {
    tracked_run f;
    CHECK(f.run.is_submitted());
    CHECK(f.run.id() == "digits_1700000000_0badcafe");
    double const before = estima::epoch_seconds();
    f.run.log("loss", 0.5);
    f.run.log("loss", 0.25, 3);
    double const after = estima::epoch_seconds();

    auto const lines = f.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() == 3);
    CHECK(lines[0].at("name") == "loss");
    CHECK(lines[0].at("value") == 0.5);
    CHECK_FALSE(lines[0].contains("step"));
    CHECK(lines[1].at("value") == 0.25);
    CHECK(lines[1].at("step") == 3);
    CHECK(lines[1].at("step").is_number_integer());
    for (auto const& line : lines) {
        CHECK(line.at("time").get<double>() >= before - 1e-5);  // written with microseconds
        CHECK(line.at("time").get<double>() <= after + 1e-5);
    }
    CHECK(f.run.dropped() == 0);
}

TEST_CASE("the line reads as the documented format says, to the byte") {
    CHECK(estima::detail::metric_line("loss", estima::metric_number{0.5}, 3, 1700000000.123) ==
          "{\"name\":\"loss\",\"value\":0.5,\"step\":3,\"time\":1700000000.123000}\n");
    CHECK(estima::detail::metric_line("n", estima::metric_number{2}, {}, 1.0) ==
          "{\"name\":\"n\",\"value\":2,\"time\":1.000000}\n");
    constexpr double endless = std::numeric_limits<double>::infinity();
    for (double const time : {endless, -endless, std::numeric_limits<double>::quiet_NaN()})
        CHECK(estima::detail::metric_line("n", estima::metric_number{2}, 3, time) ==
              "{\"name\":\"n\",\"value\":2,\"step\":3}\n");
}

TEST_CASE("logged numbers read back as the same numbers") {
    for (double const value :
         {0.1, 1.0 / 3.0, -0.0, 5.0, 1e22, 123456789012345680000.0, 5e-324, DBL_MAX, -DBL_MIN, 1e-5}) {
        CAPTURE(value);
        double const back = logged_number(value);
        CHECK(back == value);
        CHECK(std::signbit(back) == std::signbit(value));
    }
}

TEST_CASE("integers keep all their digits and bools are 0 and 1") {
    tracked_run f;
    f.run.log("a", std::numeric_limits<std::int64_t>::min());
    f.run.log("b", std::numeric_limits<std::uint64_t>::max(), -7);
    f.run.log("c", true);
    f.run.log("d", static_cast<unsigned char>(65));
    f.run.log("e", 0.1F);
    auto const lines = f.lines();
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].at("value").get<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
    CHECK(lines[1].at("value").get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
    CHECK(lines[1].at("step") == -7);
    CHECK(lines[2].at("value") == 1);
    CHECK(lines[3].at("value") == 65);
    CHECK(lines[4].at("value").get<float>() == 0.1F);
}

TEST_CASE("NaN and infinities are written as strings, so that every line is JSON") {
    double const infinity = std::numeric_limits<double>::infinity();
    double const nan = std::numeric_limits<double>::quiet_NaN();
    tracked_run f;
    f.run.log("loss", nan);
    f.run.log("loss", infinity);
    f.run.log("loss", -infinity);
    f.run.log_list("losses", {1.5, nan, -infinity});
    f.run.log_row("row", {{"loss", nan}});
    auto const lines = f.lines();
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].at("value") == "NaN");
    CHECK(lines[1].at("value") == "Infinity");
    CHECK(lines[2].at("value") == "-Infinity");
    CHECK(lines[3].at("value") == json::array({1.5, "NaN", "-Infinity"}));
    CHECK(lines[4].at("value") == json{{"loss", "NaN"}});
}

TEST_CASE("lists come from braces, vectors and nothing") {
    tracked_run f;
    std::vector<double> const values{0.5, 2.0, -3.25};
    f.run.log_list("a", {1, 2.5});
    f.run.log_list("b", values, 4);
    f.run.log_list("c", std::vector<double>{});
    auto const lines = f.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].at("value") == json::array({1.0, 2.5}));
    CHECK(lines[1].at("value") == json(values));
    CHECK(lines[1].at("step") == 4);
    CHECK(lines[2].at("value") == json::array());
}

TEST_CASE("rows keep numbers and strings, in the order of the columns") {
    tracked_run f;
    std::string const label = "ankle \"boot\"";
    f.run.log_row("scores", {{"class", label}, {"epoch", 1}, {"accuracy", 0.75}, {"note", "a\nb"}, {"", "empty"}}, 2);
    f.run.log_row("empty", {});
    auto const raw = f.raw_lines();
    REQUIRE(raw.size() == 2);
    auto const ordered = nlohmann::ordered_json::parse(raw[0]);
    std::vector<std::string> columns;
    for (auto const& item : ordered.at("value").items()) columns.push_back(item.key());
    CHECK(columns == std::vector<std::string>{"class", "epoch", "accuracy", "note", ""});
    json const row = json::parse(raw[0]).at("value");
    CHECK(row == json{{"class", label}, {"epoch", 1}, {"accuracy", 0.75}, {"note", "a\nb"}, {"", "empty"}});
    CHECK(row.at("epoch").is_number_integer());
    CHECK(json::parse(raw[1]).at("value") == json::object());
}

TEST_CASE("odd names read back as they were") {
    std::string every_ascii;
    for (char c = 0; c < 127; ++c) every_ascii += c;
    every_ascii += '\x7F';
    std::string const of_one_to_four_bytes = "n\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x8C\xB1 \xED\x9F\xBF \xF4\x8F\xBF\xBF";
    std::string const with_nul{"\0x\0", 3};
    for (auto const& name : {every_ascii, of_one_to_four_bytes, with_nul, std::string{"a\n\"\\/"}})
        CHECK(logged_name(name) == name);
}

TEST_CASE("every line stays one line whatever the name holds") {
    tracked_run f;
    f.run.log("a\nb\r\n\"}", 1);
    CHECK(f.raw_lines().size() == 1);
}

TEST_CASE("invalid UTF-8 is replaced by U+FFFD and the text around it is kept") {
    std::map<std::string, std::string> const cases{
        {"a\xFFz", "a" + replacement + "z"},
        {"a\x80z", "a" + replacement + "z"},                                        // continuation alone
        {"\xC0\xAF", replacement + replacement},                                    // overlong
        {"\xE0\x80\x80", replacement + replacement + replacement},                  // overlong
        {"\xED\xA0\x80", replacement + replacement + replacement},                  // surrogate
        {"\xF4\x90\x80\x80", replacement + replacement + replacement + replacement},  // above U+10FFFF
        {"\xE2\x82", replacement},                                                  // cut off at the end
        {"\xE2\x82z", replacement + "z"},
        {"\xF0\x9F\x8C", replacement},
        {"\xE2\x82\xE2\x82\xAC", replacement + "\xE2\x82\xAC"},
    };
    for (auto const& [given, expected] : cases) CHECK(logged_name(given) == expected);
}

TEST_CASE("lines of eight threads are all there and none is torn") {
    constexpr int threads = 8, count = 1000;
    tracked_run f;
    std::string const padding(300, 'p');
    {
        std::vector<std::thread> writers;
        for (int t = 0; t < threads; ++t)
            writers.emplace_back([&f, &padding, t] {
                // Half of them through the same object, half through one of their own.
                auto const run = t % 2 == 0 ? f.run : estima::run_context::current();
                for (int i = 0; i < count; ++i) run.log_row("row", {{"thread", t}, {"text", padding}}, i);
            });
        for (auto& writer : writers) writer.join();
    }
    std::map<int, std::vector<int>> steps;
    for (auto const& line : f.lines()) {
        CHECK(line.at("value").at("text") == padding);
        steps[line.at("value").at("thread").get<int>()].push_back(line.at("step").get<int>());
    }
    REQUIRE(steps.size() == threads);
    std::vector<int> expected(count);
    for (int i = 0; i < count; ++i) expected[static_cast<std::size_t>(i)] = i;
    for (auto const& [thread, seen] : steps) {
        CAPTURE(thread);
        CHECK(seen == expected);  // each thread's lines are in its own order
    }
    CHECK(f.run.dropped() == 0);
}

TEST_CASE("a line that a killed process left torn takes no other with it") {
    estima_test::temporary_directory const folder;
    std::string const file = (folder / "metrics.lines").string();
    scoped_variable const id{"ESTIMA_RUN_ID", "digits_1700000000_0badcafe"}, metrics{"ESTIMA_METRICS_FILE", file};
    std::ofstream{file} << "{\"name\":\"x\",\"val";
    auto const run = estima::run_context::current();
    run.log_list("list", {1, 2});
    run.log_list("list", {3});
    std::ifstream in{file};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "{\"name\":\"x\",\"val\x18");
    CHECK(json::parse(lines[1]).at("value") == json{1.0, 2.0});
}

TEST_CASE("a forked child logs to the same file") {
    tracked_run f;
    f.run.log("who", 1);
    pid_t const child = ::fork();
    if (child == 0) {
        for (int i = 0; i < 100; ++i) f.run.log("who", 2, i);
        ::_exit(f.run.dropped() == 0 ? 0 : 1);
    }
    REQUIRE(child > 0);
    for (int i = 0; i < 100; ++i) f.run.log("who", 3, i);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    std::map<int, int> count;
    for (auto const& line : f.lines()) ++count[line.at("value").get<int>()];
    CHECK(count == std::map<int, int>{{1, 1}, {2, 100}, {3, 100}});
}

TEST_CASE("without a run nothing is written, counted or thrown") {
    estima_test::temporary_directory const folder;
    auto const before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    for (std::optional<std::string> const& value : {std::optional<std::string>{}, std::optional<std::string>{""}}) {
        scoped_variable const id{"ESTIMA_RUN_ID", value};
        scoped_variable const metrics{"ESTIMA_METRICS_FILE", value};
        auto const run = estima::run_context::current();
        CHECK_FALSE(run.is_submitted());
        CHECK(run.id().empty());
        run.log("loss", 0.5);
        run.log_list("list", {1, 2});
        run.log_row("row", {{"a", 1}});
        CHECK(run.dropped() == 0);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
    std::filesystem::current_path(before);
}

TEST_CASE("lines that cannot be written are counted and training goes on") {
    estima_test::temporary_directory const folder;
    scoped_variable const id{"ESTIMA_RUN_ID", "run"};
    std::string const path = GENERATE(as<std::string>{}, "missing/metrics.jsonl", ".", "/dev/full");
    scoped_variable const metrics{"ESTIMA_METRICS_FILE", path.front() == '/' ? path : (folder / path).string()};
    auto const run = estima::run_context::current();
    CHECK(run.is_submitted());
    auto const copy = run;
    run.log("loss", 0.5);
    copy.log_list("losses", {0.5});
    CHECK(run.dropped() == 2);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("existing lines of the file are kept") {
    tracked_run f;
    std::ofstream{f.file, std::ios::app} << "{\"name\":\"earlier\",\"value\":1}\n";
    f.run.log("later", 2);
    estima::run_context::current().log("last", 3);
    auto const lines = f.lines();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].at("name") == "earlier");
    CHECK(lines[1].at("name") == "later");
    CHECK(lines[2].at("name") == "last");
}
