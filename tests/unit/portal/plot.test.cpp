// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/portal/plot_axis.hpp>
#include <estima/portal/svg_plot.hpp>

using estima::portal::make_axis;
using estima::portal::tick_labels;

namespace {
using strings = std::vector<std::string>;

strings labels(double low, double high, int count = 5, bool round_ends = true, bool whole = false) {
    return tick_labels(make_axis(low, high, count, round_ends, whole));
}

std::string plot_of(estima::portal::plotted_metric const& metric) {
    estima::portal::markup page;
    estima::portal::append_plot(page, metric, "summary");
    return page.str();
}

estima::portal::plotted_metric metric_of(std::vector<double> const& values) {
    estima::portal::plotted_metric metric{"m", {{"rank 0", {}}}, 0};
    std::int64_t step = 0;
    for (double const y : values) metric.series[0].second.add(y, step++);
    return metric;
}

}  // namespace

TEST_CASE("labels stand at round numbers and have as many digits as they need") {
    CHECK(labels(0.08, 2.38) == strings{"0", "0.5", "1.0", "1.5", "2.0", "2.5"});
    CHECK(labels(0.54, 0.7) == strings{"0.50", "0.55", "0.60", "0.65", "0.70"});
    CHECK(labels(-1, 1) == strings{"\xE2\x88\x92"
                                   "1.0",
                                   "\xE2\x88\x92"
                                   "0.5",
                                   "0", "0.5", "1.0"});
    CHECK(labels(41000, 45050) == strings{"41k", "42k", "43k", "44k", "45k", "46k"});
    CHECK(labels(0, 4.1e7) == strings{"0", "10M", "20M", "30M", "40M", "50M"});
    CHECK(labels(0, 9000) == strings{"0", "2k", "4k", "6k", "8k", "10k"});
    CHECK(labels(1e-6, 5e-6) == strings{"1e\xE2\x88\x92"
                                        "6",
                                        "2e\xE2\x88\x92"
                                        "6",
                                        "3e\xE2\x88\x92"
                                        "6",
                                        "4e\xE2\x88\x92"
                                        "6",
                                        "5e\xE2\x88\x92"
                                        "6"});
}

TEST_CASE("steps are labelled at whole numbers only") {
    CHECK(labels(0, 2, 6, false, true) == strings{"0", "1", "2"});
    CHECK(labels(7, 7, 6, false, true) == strings{"7"});
    CHECK(labels(0, 119, 6, false, true) == strings{"0", "20", "40", "60", "80", "100"});
}

TEST_CASE("every axis holds its values, has labels, all different, and few of them") {
    double const largest = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
    std::vector<double> const values{0,       1,        -1,   1e-9,  1e9,   -1e15,  1e16, 123456.789,
                                     largest, -largest, tiny, -tiny, 1e300, 1e-300, 0.1,  0.1 + 1e-16};
    for (double const a : values)
        for (double const b : values) {
            CAPTURE(a, b);
            bool const whole = GENERATE_COPY(false, true);
            auto const axis = make_axis(std::min(a, b), std::max(a, b), 5, !whole, whole);
            REQUIRE(std::isfinite(axis.low));
            REQUIRE(std::isfinite(axis.high));
            REQUIRE(axis.low < axis.high);
            double const fuzz = axis.step * 1e-5;
            CHECK(axis.low <= std::max(std::min(a, b), -1e300) + fuzz);
            CHECK(axis.high >= std::min(std::max(a, b), 1e300) - fuzz);
            CHECK(std::isfinite(axis.place(a)));
            auto const texts = tick_labels(axis);
            REQUIRE(texts.size() == axis.ticks.size());
            CHECK(texts.size() >= 1);
            CHECK(texts.size() <= 12);
            CHECK(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size());
            for (auto const& text : texts) CHECK(text.size() <= 24);
        }
}

TEST_CASE("a line is broken where there is no number, and a point alone is a dot") {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    auto path_of = [](std::string const& svg) {
        std::size_t const at = svg.find("class=\"line s0\" d=\"");
        REQUIRE(at != std::string::npos);
        std::size_t const start = svg.find(" d=\"", at) + 4;
        return svg.substr(start, svg.find('"', start) - start);
    };
    auto count = [](std::string const& text, char c) { return std::count(text.begin(), text.end(), c); };
    std::string const unbroken = path_of(plot_of(metric_of({1, 2, 3, 4})));
    CHECK(count(unbroken, 'M') == 1);
    CHECK(count(unbroken, 'L') == 3);
    std::string const broken =
        path_of(plot_of(metric_of({1, 2, nan, 3, std::numeric_limits<double>::infinity(), 4, 5})));
    CHECK(count(broken, 'M') == 3);
    CHECK(count(broken, 'L') == 2);
    CHECK(count(broken, 'h') == 1);
}

TEST_CASE("a plot never holds a coordinate that is not a number") {
    for (auto const& values :
         std::vector<std::vector<double>>{{1e308, -1e308}, {5e-324, 0}, {3, 3, 3}, {1e-320, 1e-320}}) {
        std::string const svg = plot_of(metric_of(values));
        CHECK(svg.find("nan") == std::string::npos);
        CHECK(svg.find("inf") == std::string::npos);
    }
}

TEST_CASE("lengths of time, sizes and numbers are told for people") {
    using namespace estima::portal;
    CHECK(human_duration(0.0213) == "21 ms");
    CHECK(human_duration(3.9) == "3.90 s");
    CHECK(human_duration(59.94) == "59.9 s");
    CHECK(human_duration(59.96) == "1 min 0 s");
    CHECK(human_duration(3840) == "1 h 4 min");
    CHECK(human_duration(2 * 86400 + 3 * 3600) == "2 d 3 h");
    CHECK(human_duration(-1).empty());
    CHECK(human_duration(std::nan("")).empty());
    CHECK(human_bytes(999) == "999 B");
    CHECK(human_bytes(1234) == "1.2 kB");
    CHECK(human_bytes(999'600) == "1.0 MB");
    CHECK(human_bytes(std::numeric_limits<std::uint64_t>::max()) == "18 EB");
    CHECK(human_number(0.1) == "0.1");
    CHECK(human_number(1797) == "1797");
    CHECK(human_number(-0.5) ==
          "\xE2\x88\x92"
          "0.5");
    CHECK(human_number(1e300) == "1e300");
    CHECK(human_number(-0.0) == "0");
    CHECK(human_number(std::nan("")) == "NaN");
    CHECK(iso_time(1700000000.5) == "2023-11-14T22:13:20Z");
    CHECK(iso_time(1e300) == "\xE2\x80\x93");
}
