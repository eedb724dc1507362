// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include <estima/history/metric_line.hpp>
#include <estima/tracking/metric_line.hpp>

using estima::parse_metric_line;

namespace {

double number(std::string const& value) {
    auto const line = parse_metric_line("{\"name\":\"x\",\"value\":" + value + "}");
    REQUIRE(line);
    return std::get<double>(line->value);
}

}  // namespace

TEST_CASE("a line is read whatever the order and spacing of its members") {
    for (std::string const text :
         {"{\"name\":\"loss\",\"value\":0.5,\"step\":3,\"time\":1700000000.25}",
          " { \"time\" : 1700000000.25 , \"step\":3.0, \"value\": 5e-1 ,\t\"name\" : \"loss\" } \r"}) {
        auto const line = parse_metric_line(text);
        REQUIRE(line);
        CHECK(line->name == "loss");
        CHECK(std::get<double>(line->value) == 0.5);
        CHECK(line->step == 3);
        CHECK(line->time == 1700000000.25);
    }
    auto const bare = parse_metric_line("{\"name\":\" \",\"value\":-7,\"step\":null}");
    REQUIRE(bare);
    CHECK(bare->name == " ");
    CHECK_FALSE(bare->step);
    CHECK_FALSE(bare->time);
}

TEST_CASE("what C++ programs log reads back") {
    auto const line =
        parse_metric_line(estima::detail::metric_line("a\"\\\n\xC3\xA4", estima::metric_number{1.0 / 3}, -2, 12.5));
    CHECK_FALSE(line);  // the newline is not part of the line
    std::string text = estima::detail::metric_line("a\"\\\n\xC3\xA4", estima::metric_number{1.0 / 3}, -2, 12.5);
    text.pop_back();
    auto const whole = parse_metric_line(text);
    REQUIRE(whole);
    CHECK(whole->name == "a\"\\\n\xC3\xA4");
    CHECK(std::get<double>(whole->value) == 1.0 / 3);
    CHECK(whole->step == -2);
}

TEST_CASE("NaN and infinities come as strings, as bare words and as null") {
    CHECK(std::isnan(number("\"NaN\"")));
    CHECK(std::isnan(number("NaN")));
    CHECK(std::isnan(number("null")));
    CHECK(number("\"Infinity\"") == HUGE_VAL);
    CHECK(number("Infinity") == HUGE_VAL);
    CHECK(number("\"-Infinity\"") == -HUGE_VAL);
    CHECK(number("-Infinity") == -HUGE_VAL);
    CHECK(number("1e999") == HUGE_VAL);
    CHECK(number("-1e999") == -HUGE_VAL);
    CHECK(number("1e-999") == 0);
    CHECK(number("true") == 1);
    CHECK(number("false") == 0);
}

TEST_CASE("lists and rows are read, rows in the order of their columns") {
    auto const list = parse_metric_line("{\"name\":\"l\",\"value\":[1, 2.5,\"NaN\"]}");
    REQUIRE(list);
    auto const& values = std::get<std::vector<double>>(list->value);
    REQUIRE(values.size() == 3);
    CHECK(values[1] == 2.5);
    CHECK(std::isnan(values[2]));
    CHECK(std::get<std::vector<double>>(parse_metric_line("{\"name\":\"l\",\"value\":[]}")->value).empty());

    auto const row = parse_metric_line(R"({"name":"r","value":{"z":"text \u00e4","a":1,"empty":""}})");
    REQUIRE(row);
    auto const& cells = std::get<estima::metric_table_row>(row->value);
    REQUIRE(cells.size() == 3);
    CHECK(cells[0].first == "z");
    CHECK(std::get<std::string>(cells[0].second) == "text \xC3\xA4");
    CHECK(std::get<double>(cells[1].second) == 1);
    CHECK(std::get<std::string>(cells[2].second).empty());
}

TEST_CASE("members that a newer writer adds are passed over") {
    auto const line = parse_metric_line(R"({"tags":{"a":[1,{"b":"}\""}],"c":null},"name":"x","value":2,"unit":"ms"})");
    REQUIRE(line);
    CHECK(line->name == "x");
    CHECK(std::get<double>(line->value) == 2);
}

TEST_CASE("what is no metric is nothing") {
    std::string const whole = R"({"name":"a\"b","value":{"c":[1]},"step":3})";
    for (std::string const text : {"",
                                   "{",
                                   "{}",
                                   "null",
                                   "[]",
                                   "\"x\"",
                                   R"({"name":"x"})",
                                   R"({"value":1})",
                                   R"({"name":1,"value":1})",
                                   R"({"name":"","value":1})",
                                   R"({"name":"x","value":"text"})",
                                   R"({"name":"x","value":[1,"text"]})",
                                   R"({"name":"x","value":[1,[2]]})",
                                   R"({"name":"x","value":1} x)",
                                   R"({"name":"x","value":1,})",
                                   R"({"name":"x" "value":1})",
                                   R"({"name":"\q","value":1})",
                                   R"({"name":"x","value":0x10})",
                                   R"({"name":"x","value":+1})",
                                   R"({"name":"x","value":-})",
                                   R"({"name":"x","value":{"a":{}}})"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_metric_line(text));
    }
    for (std::size_t i = 0; i < whole.size(); ++i) CHECK_FALSE(parse_metric_line(whole.substr(0, i)));
}

TEST_CASE("steps that are no whole numbers are no steps") {
    for (std::string const step : {"0.5", "1e30", "\"NaN\"", "Infinity"}) {
        auto const line = parse_metric_line("{\"name\":\"x\",\"value\":1,\"step\":" + step + "}");
        REQUIRE(line);
        CHECK_FALSE(line->step);
    }
    for (char const* const step : {"true", "false", "null", "\"x\"", "[1]"}) {
        INFO(step);
        auto const line = estima::parse_metric_line(std::string{R"({"name":"a","value":7,"step":)"} + step + "}");
        REQUIRE(line);
        CHECK_FALSE(line->step);
        CHECK(std::get<double>(line->value) == 7);
    }
}
