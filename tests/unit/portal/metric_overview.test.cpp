// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <unistd.h>

#include <cmath>
#include <limits>
#include <string>

#include <estima/portal/read_metric_overview.hpp>
#include <estima/system/files.hpp>
#include <estima/tracking/point_store.hpp>

#include "../../support/temporary_directory.hpp"

using estima::portal::metric_series;
using estima::portal::read_metric_overview;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string line(std::string const& name, std::string const& value, int step) {
    return "{\"name\":\"" + name + "\",\"value\":" + value + ",\"step\":" + std::to_string(step) + "}\n";
}

void write_text(std::filesystem::path const& file, std::string const& text) { estima::replace_file(file, text); }

}  // namespace

TEST_CASE("a short series keeps every point, and NaN is a gap") {
    metric_series series;
    for (double const y : {1.0, not_a_number, 3.0}) series.add(y, 7);
    REQUIRE(series.buckets().size() == 3);
    CHECK(series.buckets()[0].lowest.y == 1.0);
    CHECK(series.buckets()[1].gap);
    CHECK(series.buckets()[2].highest.y == 3.0);
    CHECK(series.count() == 3);
    CHECK(series.not_finite() == 1);
    CHECK(series.every_step_known());
}

TEST_CASE("a long series keeps its extremes, its ends and its last value in bounded memory") {
    int const count = GENERATE(400, 401, 799, 800, 801, 12345, 100'000);
    metric_series series;
    for (int i = 0; i < count; ++i) series.add(i == count / 3 ? -50.0 : i == count / 2 ? 900.0 : std::sin(i), i);
    CHECK(series.buckets().size() <= metric_series::most_buckets);
    CHECK(series.buckets().size() >= metric_series::most_buckets / 2);
    CHECK(series.count() == static_cast<std::uint64_t>(count));
    double low = 1e9, high = -1e9, previous = -1;
    for (auto const& bucket : series.buckets()) {
        low = std::min(low, bucket.lowest.y);
        high = std::max(high, bucket.highest.y);
        double const first = std::min(bucket.lowest.index, bucket.highest.index);
        CHECK(first > previous);  // buckets are in order and do not overlap
        previous = std::max(bucket.lowest.index, bucket.highest.index);
    }
    CHECK(low == -50.0);
    CHECK(high == 900.0);
    CHECK(previous <= count - 1);
    CHECK(previous > count * 0.98);
    CHECK(series.last() == std::sin(count - 1));
    series.thin(50);
    CHECK(series.buckets().size() <= 50);
    CHECK(series.extent().highest.y == 900.0);
}

TEST_CASE("each rank has its own line, ranks in order") {
    estima_test::temporary_directory const folder;
    for (int rank : {0, 2, 10})
        write_text(folder / ("rank_" + std::to_string(rank) + ".jsonl"), line("loss", "0.5", rank));
    write_text(folder / "other.jsonl", line("loss", "0.5", 1));
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    auto const& series = overview.metrics()[0].series;
    REQUIRE(series.size() == 4);
    CHECK(series[0].first == "rank 0");
    CHECK(series[1].first == "rank 2");
    CHECK(series[2].first == "rank 10");
    CHECK(series[3].first == "other");
}

TEST_CASE("of many ranks eight have a line and the others are counted") {
    estima_test::temporary_directory const folder;
    for (int rank = 0; rank < 134; ++rank)
        write_text(folder / ("rank_" + std::to_string(rank) + ".jsonl"), line("loss", "0.5", 1) + line("loss", "0.4", 2));
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    CHECK(overview.metrics()[0].series.size() == 8);
    CHECK(overview.metrics()[0].series[7].first == "rank 7");
    CHECK(overview.metrics()[0].writers_left_out == 120);
    CHECK(overview.files_left_out == 6);
}

TEST_CASE("points and lines of one process are one line, other processes of its rank have their own") {
    estima_test::temporary_directory const folder;
    estima::detail::point_store store{folder / "rank_1"};
    for (int i = 0; i < 1000; ++i) store.add(i % 2 == 0 ? "loss" : "accuracy", i, i);
    write_text(folder / "rank_1.jsonl", line("loss", "-1", 1));
    auto overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 2);
    auto const& loss = overview.metrics()[0];
    CHECK(loss.name == "loss");
    REQUIRE(loss.series.size() == 1);
    CHECK(loss.series[0].first == "rank 1");
    CHECK(loss.series[0].second.count() == 501);
    CHECK(loss.series[0].second.extent().highest.y == 998);
    CHECK(loss.series[0].second.extent().lowest.y == -1);
    CHECK(overview.lines_ignored == 0);
    CHECK(overview.bytes_skipped == 0);

    overview = read_metric_overview(folder.path(), 8192);  // the last two pages
    CHECK(overview.bytes_skipped == 4 * 4096);
    CHECK(overview.metrics()[0].series[0].second.count() + overview.metrics()[1].series[0].second.count() > 170);

    estima::detail::point_store other{folder / "rank_1"};
    other.add("loss", 5, 1);
    overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics()[0].series.size() == 2);  // of the same process, with two files
    CHECK(overview.metrics()[0].series[1].first == "rank 1, process " + std::to_string(::getpid()));
}

TEST_CASE("garbage is passed over and counted, a torn last line waits for its end") {
    estima_test::temporary_directory const folder;
    write_text(folder / "rank_0.jsonl", line("a", "1", 1) + "\n  \r\nnot json\n\xFF\xFE\n[1]\n{\"name\":\"x\"}\n" +
                                       std::string("nul\0nul\n", 8) + line("a", "2", 2) + "{\"name\":\"a\",\"val");
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    CHECK(overview.metrics()[0].series[0].second.count() == 2);
    CHECK(overview.lines_ignored == 5);
    CHECK(overview.lines_begun == 1);
}

TEST_CASE("the overview of a metric: a last line without its newline counts if it is whole") {
    estima_test::temporary_directory const folder;
    write_text(folder / "rank_0.jsonl", "{\"name\":\"a\",\"value\":4}");
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    CHECK(overview.metrics()[0].series[0].second.last() == 4);
}

TEST_CASE("a line longer than four megabytes is passed over, the next one counts") {
    estima_test::temporary_directory const folder;
    write_text(folder / "rank_0.jsonl",
          "{\"name\":\"" + std::string(5'000'000, 'x') + "\",\"value\":1}\n" + line("a", "2", 2));
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    CHECK(overview.metrics()[0].name == "a");
    CHECK(overview.lines_too_long == 1);
    CHECK(overview.lines_ignored == 0);
}

TEST_CASE("of too large files the end is read, from a whole line on, and small files are read whole") {
    estima_test::temporary_directory const folder;
    std::string large;
    for (int i = 0; i < 20'000; ++i) large += line("large", std::to_string(i), i);
    write_text(folder / "rank_0.jsonl", large);
    write_text(folder / "rank_1.jsonl", line("small", "1", 0) + line("small", "2", 1));
    std::uint64_t const budget = GENERATE(100'000U, 100'001U, 100'017U, 100'040U);  // ends at any place of a line
    auto const overview = read_metric_overview(folder.path(), budget);
    REQUIRE(overview.metrics().size() == 2);
    auto const& series = overview.metrics()[0].series[0].second;
    CHECK(series.last() == 19'999);
    CHECK(series.count() > 1500);
    CHECK(series.count() < 3000);
    CHECK(overview.lines_ignored == 0);
    CHECK(overview.metrics()[1].series[0].second.count() == 2);
    std::uint64_t const small = 2 * line("small", "1", 0).size();
    CHECK(overview.bytes_skipped == large.size() - (budget - small));
}

TEST_CASE("names without end are bounded") {
    estima_test::temporary_directory const folder;
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += line("name" + std::to_string(i), "1", 0) + line("t" + std::to_string(i), "{\"a\":1}", 0);
    write_text(folder / "rank_0.jsonl", text);
    auto const overview = read_metric_overview(folder.path());
    CHECK(overview.metrics().size() == estima::portal::metric_overview::most_metrics);
    CHECK(overview.tables().size() == estima::portal::metric_overview::most_tables);
    CHECK(overview.names_left_out() == 10'000 - overview.metrics().size() - overview.tables().size());
}

TEST_CASE("lists are points in their order, rows are tables with their last rows") {
    estima_test::temporary_directory const folder;
    std::string text = "{\"name\":\"list\",\"value\":[1,\"NaN\",3]}\n{\"name\":\"list\",\"value\":[4]}\n";
    for (int i = 0; i < 100; ++i) text += line("row", "{\"b\":" + std::to_string(i) + ",\"a\":\"x\"}", i);
    write_text(folder / "rank_0.jsonl", text + line("row", "{\"c\":1}", 100));
    auto const overview = read_metric_overview(folder.path());
    REQUIRE(overview.metrics().size() == 1);
    auto const& list = overview.metrics()[0].series[0].second;
    CHECK(list.count() == 4);
    CHECK(list.buckets()[1].gap);
    CHECK(list.last() == 4);
    CHECK_FALSE(list.every_step_known());
    REQUIRE(overview.tables().size() == 1);
    auto const& table = overview.tables()[0];
    CHECK(table.columns == std::vector<std::string>{"b", "a", "c"});
    CHECK(table.row_count == 101);
    REQUIRE(table.rows.size() == 30);
    CHECK(std::get<double>(table.rows[28].second[0].second) == 99);
}

TEST_CASE("pipes, links and other files in the metrics folder are left alone") {
    estima_test::temporary_directory const folder;
    write_text(folder / "real", line("linked", "1", 0));
    REQUIRE(::mkfifo((folder / "rank_0.jsonl").c_str(), 0600) == 0);
    std::filesystem::create_symlink(folder / "real", folder / "rank_1.jsonl");
    std::filesystem::create_directory(folder / "rank_2.jsonl");
    write_text(folder / "notes.txt", line("text", "1", 0));
    CHECK(read_metric_overview(folder.path()).metrics().empty());
    CHECK(read_metric_overview(folder / "missing").metrics().empty());
}
