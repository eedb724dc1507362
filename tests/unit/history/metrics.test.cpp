// SPDX-License-Identifier: BSL-1.0
#include <estima/history/metrics.hpp>

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <estima/history/metric_history.hpp>

#include "../../support/temporary_directory.hpp"

namespace {
struct run_with_metrics {
    estima_test::temporary_directory folder{};
    void put(std::string const& file, std::string const& text) const {
        std::ofstream{folder / file, std::ios::binary} << text;
    }
    estima::run_metrics read(std::string const& name = "") const { return estima::read_metrics(folder.path(), name); }
};

std::vector<double> values(std::vector<estima::metric_point> const& points) {
    std::vector<double> all;
    for (auto const& p : points) all.push_back(p.value);
    return all;
}
}  // namespace

TEST_CASE("numbers, lists and rows are read by name, in order") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"loss\",\"value\":0.5,\"step\":0,\"time\":10.5}\n"
          "{\"name\":\"loss\",\"value\":0.25,\"step\":1,\"time\":11}\n"
          "{\"name\":\"losses\",\"value\":[1,2.5,\"NaN\"]}\n"
          "{\"name\":\"scores\",\"value\":{\"class\":\"boot\",\"precision\":0.9},\"step\":7}\n");
    auto const m = f.read();
    CHECK(m.names() == std::vector<std::string>{"loss", "losses", "scores"});
    CHECK(values(m.points("loss")) == std::vector<double>{0.5, 0.25});
    CHECK(m.points("loss")[0].step == 0);
    CHECK(m.points("loss")[0].time == 10.5);
    CHECK(m.points("loss")[0].rank == 0);
    CHECK(m.last("loss") == 0.25);
    CHECK_FALSE(m.last("losses"));
    CHECK_FALSE(m.last("none"));
    CHECK(m.points("none").empty());
    REQUIRE(m.lists.at("losses").size() == 1);
    CHECK(m.lists.at("losses")[0].value[1] == 2.5);
    CHECK(std::isnan(m.lists.at("losses")[0].value[2]));
    CHECK_FALSE(m.lists.at("losses")[0].step);
    REQUIRE(m.rows.at("scores").size() == 1);
    auto const& row = m.rows.at("scores")[0].value;
    REQUIRE(row.size() == 2);
    CHECK(row[0].first == "class");
    CHECK(std::get<std::string>(row[0].second) == "boot");
    CHECK(std::get<double>(row[1].second) == 0.9);
    CHECK(m.lines_skipped == 0);
}

TEST_CASE("what is not a number is read in both spellings") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"x\",\"value\":\"NaN\"}\n{\"name\":\"x\",\"value\":\"Infinity\"}\n{\"name\":\"x\",\"value\":\"-"
          "Infinity\"}\n"
          "{\"name\": \"x\", \"value\": NaN}\n{\"name\": \"x\", \"value\": Infinity}\n{\"name\": \"x\", \"value\": "
          "-Infinity}\n");
    auto const all = values(f.read().points("x"));
    REQUIRE(all.size() == 6);
    for (std::size_t i : {0U, 3U}) CHECK(std::isnan(all[i]));
    for (std::size_t i : {1U, 4U}) CHECK(all[i] == HUGE_VAL);
    for (std::size_t i : {2U, 5U}) CHECK(all[i] == -HUGE_VAL);
}

TEST_CASE("torn and foreign lines are skipped and counted") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"x\",\"value\":1}\n\nhello\n{\"name\":\"x\"}\n{\"value\":3}\n[1]\n\xFF\xFE\n"
          "{\"name\":\"x\",\"value\":2}\n{\"name\":\"x\",\"val");
    auto const m = f.read();
    CHECK(values(m.points("x")) == std::vector<double>{1, 2});
    CHECK(m.lines_skipped == 6);
}

TEST_CASE("a line that its killed writer left torn and the next one closed is no damage, and counts if it is whole") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"x\",\"val\x18\n{\"name\":\"x\",\"value\":1}\x18\n\x18\n{\"name\":\"x\",\"value\":2}\n");
    auto const m = f.read();
    CHECK(values(m.points("x")) == std::vector<double>{1, 2});
    CHECK(m.lines_skipped == 0);
}

TEST_CASE("a last line without its newline counts if it is whole") {
    run_with_metrics f;
    f.put("rank_0.jsonl", "{\"name\":\"x\",\"value\":1}\n{\"name\":\"x\",\"value\":2}");
    CHECK(f.read().last("x") == 2);
    CHECK(f.read().lines_skipped == 0);
}

TEST_CASE("what several processes logged is merged by time and keeps its rank") {
    run_with_metrics f;
    f.put("rank_0.jsonl", "{\"name\":\"x\",\"value\":1,\"time\":10}\n{\"name\":\"x\",\"value\":3,\"time\":30}\n");
    f.put("rank_10.jsonl", "{\"name\":\"x\",\"value\":2,\"time\":20}\n{\"name\":\"x\",\"value\":4,\"time\":40}\n");
    f.put("tensorboard.jsonl", "{\"name\":\"x\",\"value\":2.5,\"time\":25}\n");
    f.put("notes.txt", "{\"name\":\"x\",\"value\":9}\n");
    auto const m = f.read();
    auto const& x = m.points("x");
    CHECK(values(x) == std::vector<double>{1, 2, 2.5, 3, 4});
    CHECK(x[0].rank == 0);
    CHECK(x[1].rank == 10);
    CHECK(x[2].rank < 0);
}

TEST_CASE("a clock that is set back does not change the order inside a file") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"x\",\"value\":1,\"time\":50}\n{\"name\":\"x\",\"value\":2,\"time\":10}\n{\"name\":\"x\","
          "\"value\":3}\n");
    f.put("rank_1.jsonl", "{\"name\":\"x\",\"value\":4,\"time\":60}\n");
    CHECK(values(f.read().points("x")) == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("one name can be asked for alone") {
    run_with_metrics f;
    f.put("rank_0.jsonl",
          "{\"name\":\"x\",\"value\":1}\n{\"name\":\"xy\",\"value\":2}\n{\"name\":\"y\",\"value\":[3]}\n");
    CHECK(f.read("x").names() == std::vector<std::string>{"x"});
    CHECK(f.read("y").lists.size() == 1);
    CHECK(f.read("z").empty());
}

TEST_CASE("a step is a whole number, however it is written, and other than the one that stands for none") {
    run_with_metrics f;
    std::string lines;
    for (char const* const step : {"3", "-0", "4.0", "5e2", "9007199254740993", "9223372036854775807",
                                   "-9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.5", "1e30",
                                   "\"NaN\"", "null", "\"12\"", "\"-3\"", "\"\"", "\"1.5\"",
                                   "\"9223372036854775808\"", "\"\\u0031\""})
        lines += std::string{"{\"name\":\"x\",\"step\":"} + step + ",\"value\":1}\n";
    f.put("rank_0.jsonl",
          lines + "{\"name\":\"x\",\"value\":1,\"step\":7}\n{\"name\":\"x\",\"value\":1,\"step\":7x}\n");
    auto const m = f.read();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::vector<std::optional<std::int64_t>> steps;
    for (auto const& p : m.points("x")) steps.push_back(p.step);
    std::optional<std::int64_t> const none;
    CHECK(steps == std::vector<std::optional<std::int64_t>>{3, 0, 4, 500, 9007199254740993, most, -most, none, none,
                                                            none, none, none, none, 12, -3, none, none, none, 1, 7});
    CHECK(m.lines_skipped == 1);
}

TEST_CASE("lines longer than a piece of reading are whole") {
    run_with_metrics f;
    std::string list = "{\"name\":\"long\",\"value\":[0";
    for (int i = 1; i < 60000; ++i) list += "," + std::to_string(i);
    f.put("rank_0.jsonl", "{\"name\":\"x\",\"value\":1}\n" + list + "]}\n{\"name\":\"x\",\"value\":2}\n");
    auto const m = f.read();
    CHECK(m.lists.at("long")[0].value.size() == 60000);
    CHECK(m.lists.at("long")[0].value.back() == 59999);
    CHECK(values(m.points("x")) == std::vector<double>{1, 2});
}

TEST_CASE("what is called like a metric file and is none holds nobody up") {
    run_with_metrics f;
    f.put("rank_0.jsonl", "{\"name\":\"x\",\"value\":1}\n");
    REQUIRE(::mkfifo((f.folder / "rank_1.jsonl").c_str(), 0600) == 0);
    REQUIRE(::mkfifo((f.folder / "rank_1.7.points").c_str(), 0600) == 0);
    std::filesystem::create_directory(f.folder / "rank_2.jsonl");
    std::filesystem::create_symlink("/nowhere", f.folder / "rank_3.jsonl");
    CHECK(f.read().names() == std::vector<std::string>{"x"});
    CHECK(estima::read_history(f.folder.path(), "x").size() == 1);
}

TEST_CASE("a document that is nested beyond reason is no metric") {
    run_with_metrics f;
    auto const nested = [](int depth, std::string const& at) {
        return R"({"name":"x","type":"t",")" + at + "\":" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + R"(,"value":[[]]})" "\n";
    };
    f.put("rank_0.jsonl", nested(900, "other") + nested(2'000'000, "other") + R"({"name":"y","type":"t","value":)" +
                              std::string(2'000'000, '[') + std::string(2'000'000, ']') + "}\n");
    auto const m = f.read();
    CHECK(m.documents.at("x").size() == 1);
    CHECK(m.names().size() == 1);
    CHECK(m.lines_skipped == 2);
}

TEST_CASE("no folder and no metrics are no error") {
    run_with_metrics f;
    CHECK(f.read().empty());
    CHECK(estima::read_metrics(f.folder / "none").empty());
}

TEST_CASE("a time that is no number is none, and the point stays") {
    run_with_metrics const f;
    std::string lines;
    for (char const* const time : {"NaN", "1e999", "-Infinity", "null"})
        lines += std::string{"{\"name\":\"x\",\"value\":1,\"time\":"} + time + "}\n";
    f.put("rank_0.jsonl", lines);
    auto const m = f.read();
    REQUIRE(m.points("x").size() == 4);
    for (auto const& p : m.points("x")) CHECK(p.time == 0);
}

TEST_CASE("a member that is not understood is as if it was not there, and the value counts") {
    run_with_metrics const f;
    std::vector<std::string> const members{
        R"("time":"2026-11-29T00:00:00Z")", R"("time":"1700000000")", R"("time":true)",   R"("time":[1,{"a":2}])",
        R"("time":"\ud83d")",               R"("type":null)",         R"("type":7)",      R"("type":{"a":["b"]})",
        R"("type":"\ud83d")",               R"("step":"\ud83d")",     R"("step":[1,[2]])", R"("note":"\ud83d")",
        R"("note":{"a":"\x"})",             R"("\ud83d":1)"};
    std::string lines;
    for (std::string const& one : members) {
        lines += R"({"name":"before","value":1,)" + one + "}\n";
        lines += "{" + one + R"(,"name":"after","value":2})" + "\n";
    }
    for (char const* const no_metric : {R"({"name":"no","value":"\ud83d"})", R"({"name":"\ud83d","value":1})",
                                        R"({"name":"no","value":1,"time":"x)", R"({"name":"no","value":1,"time":x})"})
        lines += no_metric + std::string{"\n"};
    f.put("rank_0.jsonl", lines);
    auto const m = f.read();
    CHECK(m.lines_skipped == 4);
    CHECK(m.names() == std::vector<std::string>{"after", "before"});
    CHECK(values(m.points("before")) == std::vector<double>(members.size(), 1));
    CHECK(values(m.points("after")) == std::vector<double>(members.size(), 2));
    for (auto const& p : m.points("before")) CHECK((p.time == 0 && !p.step));
}
