// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/index/like.hpp>
#include <estima/index/match.hpp>
#include <estima/index/parse_filter.hpp>
#include <estima/index/query.hpp>

namespace {
using namespace estima;

run_filter filter_of(std::string const& text) { return run_filter{text}; }

/// The id, and where the caret stands: "EST-611 14".
std::string fault(std::string const& text) {
    try {
        filter_of(text);
    } catch (error const& e) {
        std::string const& where = e.text().where;
        std::size_t const column = std::stoul(where.substr(std::string{"column "}.size()));
        std::size_t const last_line = where.rfind('\n') + 1;
        CHECK(where.substr(last_line) == "    " + std::string(column - 1, ' ') + "^");
        return e.id() + " " + std::to_string(column);
    }
    return "none";
}
}  // namespace

TEST_CASE("an expression and MLflow's words for it are the same filter") {
    using namespace estima::query;
    using all = std::vector<run_filter>;
    CHECK(filter_of("") == run_filter{});
    CHECK(filter_of("  \n") == run_filter{});
    CHECK(filter_of("metrics.loss < 0.1") == (metric("loss") < 0.1));
    CHECK(filter_of("metric.loss<=-1e-3") == (metric("loss") <= -1e-3));
    CHECK(filter_of("metrics.`a b` != +2") == (metric("a b") != 2));
    CHECK(filter_of("metrics.\"a.b\" >= .5") == (metric("a.b") >= 0.5));
    CHECK(filter_of("metrics.a.b > 1") == (metric("a.b") > 1));
    CHECK(filter_of("metrics.val/acc-1 = 1") == (metric("val/acc-1") == 1));
    CHECK(filter_of("params.lr = '0.1'") == (parameter("lr") == "0.1"));
    CHECK(filter_of("parameters.lr != \"0.1\"") == (parameter("lr") != "0.1"));
    CHECK(filter_of("tags.team = 'it''s'") == (tag("team") == "it's"));
    CHECK(filter_of("tags.\"a\"\"b\" = 'x'") == (tag("a\"b") == "x"));
    CHECK(filter_of("tags.mlflow.user LIKE 'ad%'") == tag("mlflow.user").like("ad%"));
    CHECK(filter_of("tags.t ilike '%X'") == tag("t").ilike("%X"));
    CHECK(filter_of("tags.t IN ('a', 'b')") == tag("t").in({"a", "b"}));
    CHECK(filter_of("tags.t not in ('a',)") == tag("t").not_in({"a"}));
    CHECK(filter_of("tags.t IS NOT NULL") == exists(tag("t")));
    CHECK(filter_of("properties.p = 'x'") == (property("p") == "x"));
    CHECK(filter_of("attributes.run_name = 'x'") == (display_name == "x"));
    CHECK(filter_of("\"run name\" = 'x'") == (display_name == "x"));
    CHECK(filter_of("run_id IN ('x')") == run_id.in({"x"}));
    CHECK(filter_of("attr.user_id = 'ada'") == (user == "ada"));
    CHECK(filter_of("run.start_time > 1700000000500") == (start_time > 1700000000.5));
    CHECK(filter_of("created <= 1000") == (created_time <= 1));
    CHECK(filter_of("metrics.loss < 0.1 AND tags.team = 'x' and status = 'Completed'") ==
          run_filter{run_filter::kind::all_of,
                     all{metric("loss") < 0.1, tag("team") == "x", status == run_status::completed}});
    CHECK(filter_of("error_id = 'EST-420'") == (error_id == "EST-420"));
}

TEST_CASE("a status is asked for by Azure's word or by MLflow's") {
    using namespace estima::query;
    using enum run_status;
    CHECK(filter_of("status = 'FINISHED'") == (status == completed));
    CHECK(filter_of("status = 'KILLED'") == (status == canceled));
    CHECK(filter_of("status = 'Running'") == (status == running));
    CHECK(filter_of("status = 'SCHEDULED'") == status.in({not_started, queued}));
    CHECK(filter_of("status = 'RUNNING'") ==
          status.in({preparing, starting, running, finalizing, cancel_requested, not_responding}));
    CHECK(filter_of("status != 'FINISHED'") == status.in({not_started, queued, preparing, starting, running, finalizing,
                                                      cancel_requested, failed, canceled, not_responding}));
    CHECK(filter_of("status IN ('FAILED', 'Canceled')") == status.in({failed, canceled}));
    CHECK(filter_of("status LIKE 'F%ED'") == status.in({completed, failed}));
}

TEST_CASE("a filter that cannot be read says where, with a caret") {
    CHECK(fault("metrics.loss << 3") == "EST-611 14");
    CHECK(fault("metrics.loss == 3") == "EST-611 14");
    CHECK(fault("metrics.loss") == "EST-611 13");
    CHECK(fault("metrics.loss <") == "EST-613 15");
    CHECK(fault("status = 'nonsense'") == "EST-613 10");
    CHECK(fault("tags.x = 'y' and status NOT IN ('FINISHED', 'finished')") == "EST-613 45");
    CHECK(fault("metrics.loss < '3'") == "EST-613 16");
    CHECK(fault("metrics.loss < x3") == "EST-613 16");
    CHECK(fault("metrics.loss < 3x") == "EST-611 17");
    CHECK(fault("metrics.loss <.1and tags.x = 'y'") == "EST-611 17");
    CHECK(fault("metrics.loss < 1.2.3") == "EST-613 16");
    CHECK(fault("metrics.loss < 1e999") == "EST-613 16");
    for (std::string const number : {"+-5", "--5", "-inf", "+inf", "+nan", "inf", "-infx", "`5`", "\"5\"", "+", "-"})
        CHECK(fault("metrics.loss < " + number) == "EST-613 16");
    CHECK(fault("params.lr = `0.1`") == "EST-613 13");
    CHECK(fault("tags.x IN ('a', `b`)") == "EST-613 17");
    CHECK(fault("metrics.loss LIKE '3'") == "EST-613 14");
    CHECK(fault("metrics. < 3") == "EST-611 9");
    CHECK(fault("params.lr = 0.1") == "EST-613 13");
    CHECK(fault("params.lr < '0.1'") == "EST-613 11");
    CHECK(fault("tags.x = 'a' OR tags.y = 'b'") == "EST-611 14");
    CHECK(fault("tags.x = 'a' tags.y = 'b'") == "EST-611 14");
    CHECK(fault("tags.x = 'a' AND") == "EST-611 17");
    CHECK(fault("AND tags.x = 'a'") == "EST-612 1");
    CHECK(fault("(tags.x = 'a')") == "EST-611 1");
    CHECK(fault("tags.x = 'abc") == "EST-611 10");
    CHECK(fault("tags.x IN 'a'") == "EST-611 11");
    CHECK(fault("tags.x IN ('a'") == "EST-611 15");
    CHECK(fault("tags.x IN ()") == "EST-613 12");
    CHECK(fault("tags.x NOT LIKE 'a'") == "EST-611 12");
    CHECK(fault("tags.x IS 'a'") == "EST-611 11");
    CHECK(fault("things.x = 1") == "EST-612 1");
    CHECK(fault("attributes.artifact_uri = 'x'") == "EST-612 1");
    CHECK(fault("tags.\xC3\xA4 ; 1") == "EST-611 8");  // columns are characters
    CHECK(fault("tags.x =\t;") == "EST-611 10");
    CHECK(fault("tags.x = \xFF ;") == "EST-613 10");

    // The caret stands under the fault, also behind characters that are two wide.
    try {
        filter_of("tags.\xE6\x97\xA5\xE6\x9C\xAC = 3");
        FAIL("it was read");
    } catch (error const& e) {
        CHECK(e.text().where == "column 11\n    tags.\xE6\x97\xA5\xE6\x9C\xAC = 3\n" + std::string(16, ' ') + "^");
    }

    // Of a long filter the part around the fault is shown.
    std::string text = "tags.a = 'b'";
    for (int i = 0; i < 50; ++i) text += " and tags.a = 'b'";
    try {
        filter_of(text + " or");
        FAIL("it was read");
    } catch (error const& e) {
        CHECK(e.text().where.size() < 250);
        CHECK(e.text().where.starts_with("column 864\n"));
    }
}

TEST_CASE("a filter of many parts is made in time that grows with them, and one that is nested too deep is refused") {
    using namespace estima::query;
    using kind = run_filter::kind;
    run_filter const a = tag("t") == "a", b = tag("t") == "b", c = tag("t") == "c", d = tag("t") == "d";
    CHECK((a || b || c) == run_filter{kind::any_of, {a, b, c}});
    CHECK((a && b && (c && d)) == run_filter{kind::all_of, {a, b, c, d}});
    CHECK((a || (b && c)) == run_filter{kind::any_of, {a, run_filter{kind::all_of, {b, c}}}});
    CHECK((a || (b || c)).parts.size() == 3);
    CHECK((!!a) == a);
    CHECK((!a) == run_filter{kind::none_of, {a}});

    run_filter any = a, all = a, other = a, tail = a;
    auto const begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20'000; ++i) {
        run_filter const before = any;
        any = any || tag("t") == std::to_string(i);
        all = all && tag("t") == std::to_string(i);
        tail = tag("t") == std::to_string(i) || tail;
        other = !other;
        if (i == 9) CHECK(before.parts.size() == 10);  // a copy stays as it is
    }
    std::vector<run_filter> in_order{a};
    for (int i = 0; i < 20'000; ++i) in_order.push_back(tag("t") == std::to_string(i));
    CHECK((any == run_filter{kind::any_of, in_order}));
    CHECK((all == run_filter{kind::all_of, in_order}));
    CHECK(tail.parts.size() == 20'001);
    CHECK(other == a);
    CHECK(detail::to_match(any).parts.front().condition.texts.size() == 20'001);
    CHECK(detail::to_match(all).parts.size() == 20'001);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});  // it was minutes

    int levels = 0;
    auto const nest = [&] {
        for (run_filter f = a; levels < 100'000; ++levels) f = levels % 2 == 0 ? f || b : f && c;
    };
    CHECK_THROWS_WITH(nest(), Catch::Contains("EST-611") && Catch::Contains("more than 250 levels deep"));
    CHECK(levels == 250);
}

TEST_CASE("an order is read as MLflow writes it") {
    using namespace estima::query;
    CHECK(run_order{"metrics.loss"} == ascending(metric("loss")));
    CHECK(run_order{"metrics.loss ASC"} == ascending(metric("loss")));
    CHECK(run_order{"metrics.`a b` desc"} == descending(metric("a b")));
    CHECK(run_order{"start_time DESC"} == descending(start_time));
    CHECK_THROWS_WITH(run_order{"metrics.loss UP"}, Catch::Contains("remedy: write NAME, NAME ASC or NAME DESC"));
    CHECK_THROWS_WITH(run_filter{"metrics.loss >"}, Catch::Contains("[EST-613]") &&
                                                        Catch::Contains("remedy: write comparisons as metrics.loss < 0.1"));
    CHECK_THROWS_WITH(run_order{"metrics.loss DOWN"}, Catch::Contains("EST-611") && Catch::Contains("column 14"));
    CHECK_THROWS_WITH(run_order{"loss"}, Catch::Contains("EST-612"));
}

TEST_CASE("whatever text is given as a filter, it is read or refused") {
    std::vector<std::string> const pieces{
        "metrics.", "tags.a", " ",   "'",   "\"", "`",    "<",    "=",    "!=",   "IN", "(",      ")", ",",
        "1",        ".",      "and", "NOT", "is", "null", "\xC3", "\xA4", "like", "-",  "status", "\n"};
    std::mt19937 random{7};
    int refused = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (auto n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
        try {
            filter_of(text);
        } catch (error const& e) {
            ++refused;
            REQUIRE((e.id() == "EST-611" || e.id() == "EST-612" || e.id() == "EST-613"));
        }
    }
    CHECK(refused > 15000);
    CHECK(refused < 20000);
}

TEST_CASE("LIKE takes % for any text and _ for one character") {
    using detail::is_like;
    CHECK(is_like("", "", false));
    CHECK(is_like("", "%%", false));
    CHECK_FALSE(is_like("", "_", false));
    CHECK(is_like("abc", "a%", false));
    CHECK(is_like("abc", "%c", false));
    CHECK(is_like("abc", "%b%", false));
    CHECK(is_like("abc", "a_c", false));
    CHECK_FALSE(is_like("abc", "a_", false));
    CHECK_FALSE(is_like("abc", "b%", false));
    CHECK(is_like("a\xC3\xA4" "c", "a_c", false));
    CHECK(is_like("aXbXc", "a%X_", false));
    CHECK_FALSE(is_like("Abc", "abc", false));
    CHECK(is_like("Abc", "aBC", true));
    CHECK(is_like(std::string(10000, 'a'), "%a%a%a%a%a%a%a%", false));
    CHECK_FALSE(is_like(std::string(10000, 'a'), "%a%a%a%a%a%a%ab", false));
}
