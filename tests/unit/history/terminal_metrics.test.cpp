// SPDX-License-Identifier: BSL-1.0
#include <estima/history/terminal_metrics.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace {
std::vector<estima::metric_point> line_of(std::vector<double> const& values, bool with_steps = true) {
    std::vector<estima::metric_point> points;
    for (double const v : values) {
        estima::metric_point p{.value = v, .step = {}, .time = 0, .rank = 0};
        if (with_steps) p.step = static_cast<std::int64_t>(10 * points.size());
        points.push_back(p);
    }
    return points;
}

std::string plot(std::vector<estima::metric_point> const& points, int width, int height, estima::plot_style style) {
    std::ostringstream out;
    estima::print_metric_plot(out, points, width, height, style);
    return out.str();
}

std::vector<std::string> lines(std::string const& text) {
    std::vector<std::string> all;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
}
}  // namespace

TEST_CASE("the table of metrics has a line for each number and aligned columns") {
    estima::run_metrics m;
    m.scalars["loss"] = line_of({0.5, 2, 0.25});
    m.scalars["top 5 \xC3\xA4"] = line_of({std::nan("")});
    m.scalars["a\x1B[2J"] = line_of({1e-9, HUGE_VAL});
    std::ostringstream out;
    estima::print_metrics_table(out, m);
    CHECK(out.str() ==
          "metric   points  first      last    min       max\n"
          "a?[2J         2  1e-09  Infinity  1e-09  Infinity\n"
          "loss          3    0.5      0.25   0.25         2\n"
          "top 5 \xC3\xA4       1    NaN       NaN    NaN       NaN\n");
}

TEST_CASE("whole numbers are shown whole, as far as a double tells each from the next, and others that differ apart") {
    using estima::detail::short_number, estima::detail::told_apart;
    CHECK(short_number(1234567890) == "1234567890");
    CHECK(short_number(-9007199254740992) == "-9007199254740992");
    CHECK(short_number(9007199254740994) == "9.0072e+15");
    CHECK(short_number(1e300) == "1e+300");
    CHECK(short_number(0) == "0");
    CHECK(short_number(1234567.5) == "1.23457e+06");
    CHECK(short_number(std::nan("")) == "NaN");
    CHECK(short_number(-std::nan("")) == "NaN");
    CHECK(short_number(HUGE_VAL) == "Infinity");
    CHECK(short_number(-HUGE_VAL) == "-Infinity");
    using texts = std::vector<std::string>;
    CHECK(told_apart({0.5, 0.25}) == texts{"0.5", "0.25"});
    CHECK(told_apart({1234567.5, 1234567.25, 1}) == texts{"1234568", "1234567", "1"});
    CHECK(told_apart({1e300, 1e300}) == texts{"1e+300", "1e+300"});
    CHECK(told_apart({std::nan(""), std::nan("")}) == texts{"NaN", "NaN"});
    CHECK(told_apart({}).empty());
}

TEST_CASE("the table of metrics shows the numbers of lists and how many rows there are of each table") {
    estima::run_metrics m;
    m.lists["losses"] = {{.value = {3, 1}}, {.value = {2}}};
    m.lists["none"] = {{.value = {}}};
    m.rows["recall"] = {{.value = {{"class", std::string{"bag"}}, {"recall", 0.5}}}, {.value = {{"support\x1B", 9.0}}}};
    m.rows["one"] = {{.value = {{"x", 1.0}}}};
    std::ostringstream out;
    estima::print_metrics_table(out, m);
    CHECK(out.str() ==
          "metric  points  first  last  min  max\n"
          "losses       3      3     2    1    3\n"
          "none         0                       \n"
          "one: 1 row (x)\n"
          "recall: 2 rows (class, recall, support?)\n");
    m.lists.clear();
    out.str("");
    estima::print_metrics_table(out, m);
    CHECK(out.str() == "one: 1 row (x)\nrecall: 2 rows (class, recall, support?)\n");
}

TEST_CASE("a plot in plain characters shows the curve, its range and its steps") {
    CHECK(plot(line_of({0, 1, 2, 3}), 12, 6, estima::plot_style::ascii) ==
          "3 |        *\n"
          "  |     ***\n"
          "  |   **\n"
          "0 |***\n"
          "  +---------\n"
          "   0 step 30\n");
}

TEST_CASE("a plot in braille has the same frame") {
    auto const text = lines(plot(line_of({0, 1, 2, 3}), 12, 6, estima::plot_style::unicode));
    REQUIRE(text.size() == 6);
    CHECK(text[0].starts_with("3 \u2502"));
    CHECK(text[3].starts_with("0 \u2502"));
    CHECK(text[4] == "  \u2514\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500");
    // Dots are set in the first cell of the last line (the lowest left dot is bit 0x40) and the last cell of the first.
    CHECK(text[3].substr(5, 3) >= "\u2840");
    CHECK(estima::detail::columns(text[0]) == 12);
}

TEST_CASE("points without steps are numbered and points that are not finite are told") {
    auto const text = lines(plot(line_of({1, std::nan(""), 3, HUGE_VAL}, false), 20, 5, estima::plot_style::ascii));
    REQUIRE(text.size() == 6);
    CHECK(text[4].find("step") == std::string::npos);
    CHECK(text[4].substr(3, 1) == "1");
    CHECK(text[4].back() == '3');
    CHECK(text[5] == "(2 points are not finite)");
}

TEST_CASE("each process has a curve of its own") {
    std::vector<estima::metric_point> points;
    for (std::int64_t step : {0, 1})
        for (int rank : {0, 1})
            points.push_back({.value = static_cast<double>(rank), .step = step, .time = 0, .rank = rank});
    auto const text = lines(plot(points, 15, 6, estima::plot_style::ascii));
    CHECK(text[0] == "1 |************");  // flat, not a zigzag between the two
    CHECK(text[1] == "  |");
    CHECK(text[2] == "  |");
    CHECK(text[3] == "0 |************");
}

TEST_CASE("plots of odd data are drawn without harm") {
    for (auto style : {estima::plot_style::ascii, estima::plot_style::unicode}) {
        CHECK(plot({}, 40, 8, style) == "(no points)\n");
        CHECK(plot(line_of({std::nan(""), HUGE_VAL}), 40, 8, style) == "(no point is finite, of 2)\n");
        auto const one = lines(plot(line_of({5}), 40, 8, style));
        CHECK(one.size() == 8);
        CHECK(one[2].substr(0, 1) == "5");
        CHECK(lines(plot(line_of({1e308, -1e308}), 40, 8, style)).size() == 8);
        CHECK(lines(plot(line_of({1, 2, 3}), 1, 1, style)).size() == 4);
        for (auto const& row : lines(plot(line_of({1, 2, 3}), 40, 8, style))) CHECK(estima::detail::columns(row) <= 40);
    }
}

TEST_CASE("the labels of a plot tell its ends apart, and steps to their last digit") {
    auto points = line_of({1'000'000'001, 1'000'000'030});
    points[0].step = 1'234'567;
    points[1].step = std::numeric_limits<std::int64_t>::max();
    auto const text = lines(plot(points, 60, 6, estima::plot_style::ascii));
    CHECK(text[0].starts_with("1000000030 |"));
    CHECK(text[3].starts_with("1000000001 |*"));
    CHECK(text[5].starts_with("            1234567 "));
    CHECK(text[5].ends_with(" 9223372036854775807"));
    for (auto const& row : text) CHECK(row.size() <= 60);
    // Dense steps, then one far away: a thin curve at the left and a line to the right.
    points.clear();
    for (int i = 0; i < 100; ++i) points.push_back({.value = i % 2 * 1.0, .step = i, .time = 0, .rank = 0});
    points.push_back({.value = 1, .step = 1'000'000, .time = 0, .rank = 0});
    CHECK(plot(points, 24, 6, estima::plot_style::ascii) ==
          "1 |*********************\n"
          "  |*\n"
          "  |*\n"
          "0 |*\n"
          "  +---------------------\n"
          "   0    step     1000000\n");
    // Steps beyond those that a double tells apart, and all that there are.
    std::int64_t const far = std::int64_t{1} << 62;
    points = line_of({0, 1, 2, 3});
    for (std::size_t i = 0; i < points.size(); ++i) points[i].step = far + static_cast<std::int64_t>(i);
    CHECK_THAT(plot(points, 43, 6, estima::plot_style::ascii),
               Catch::StartsWith("3 |" + std::string(39, ' ') + "*\n") && Catch::Contains("\n0 |*************\n"));
    points[0].step = std::numeric_limits<std::int64_t>::min();
    points[1].step = -1;
    points[2].step = 0;
    points[3].step = std::numeric_limits<std::int64_t>::max();
    CHECK_THAT(plot(points, 43, 6, estima::plot_style::ascii), Catch::Contains("\n0 |****"));
    // The ranges of doubles.
    CHECK(plot(line_of({1e308, -1e308, 1e308}), 20, 5, estima::plot_style::ascii) ==
          " 1e+308 |***       *\n"
          "        |   **   **\n"
          "-1e+308 |     ***\n"
          "        +-----------\n"
          "         0  step  20\n");
}

TEST_CASE("braille is used where the locale is a UTF-8 one") {
    auto has_braille = [] {
        return plot(line_of({1, 2}), 20, 5, estima::plot_style::automatic).find('\xE2') != std::string::npos;
    };
    char const* const before = std::getenv("LC_ALL");
    std::string const kept = before != nullptr ? before : "";
    ::setenv("LC_ALL", "de_DE.utf8", 1);
    CHECK(has_braille());
    ::setenv("LC_ALL", "C", 1);
    CHECK_FALSE(has_braille());
    if (before != nullptr)
        ::setenv("LC_ALL", kept.c_str(), 1);
    else
        ::unsetenv("LC_ALL");
}
