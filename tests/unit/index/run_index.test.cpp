// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <estima/index/run_index.hpp>
#include <estima/tracking/point_store.hpp>
#include <estima/workspace/search_runs.hpp>
#include <estima/workspace/verify.hpp>
#include <estima/workspace/verify_index.hpp>

#include "../../support/error_of.hpp"
#include "../../support/fake_run.hpp"
#include "../../support/many_runs.hpp"
#include "../../support/skip.hpp"
#include "../../support/umask_here.hpp"

namespace {
using namespace estima;
using estima_test::many_runs;
using estima_test::texts_of;

/// Whether a run is meant by a filter, worked out value by value.
bool is_meant(run_filter const& f, run_summary const& run) {
    auto const part = [&run](run_filter const& p) { return is_meant(p, run); };
    if (f.is == run_filter::kind::all_of) return std::all_of(f.parts.begin(), f.parts.end(), part);
    if (f.is == run_filter::kind::any_of) return std::any_of(f.parts.begin(), f.parts.end(), part);
    if (f.is == run_filter::kind::none_of) return std::none_of(f.parts.begin(), f.parts.end(), part);
    run_condition const& c = f.condition;
    std::optional<std::string> text;
    std::optional<double> number;
    detail::for_each_value(
        run,
        [&](detail::column_kind kind, std::string_view name, std::string_view value) {
            if (static_cast<int>(kind) == static_cast<int>(c.field.kind) && name == c.field.name) text = value;
        },
        [&](detail::column_kind kind, std::string_view name, double value) {
            if (static_cast<int>(kind) == static_cast<int>(c.field.kind) && name == c.field.name) number = value;
        });
    using enum run_comparison;
    bool const has = text || number;
    if (c.comparison == is_null) return !has;
    if (c.comparison == is_not_null || !has) return has;
    if (number) switch (c.comparison) {
            case equal: return *number == c.number;
            case not_equal: return *number != c.number;
            case less: return *number < c.number;
            case less_equal: return *number <= c.number;
            case greater: return *number > c.number;
            default: return *number >= c.number;
        }
    bool const listed = std::count(c.texts.begin(), c.texts.end(), *text) > 0;
    if (c.comparison == equal || c.comparison == in) return listed;
    if (c.comparison == not_equal || c.comparison == not_in) return !listed;
    return detail::is_like(*text, c.texts[0], c.comparison == ilike);
}

std::vector<std::string> ids_of(run_page const& page) {
    std::vector<std::string> ids;
    for (run_summary const& run : page) ids.push_back(run.run_id);
    return ids;
}
}  // namespace

TEST_CASE("an index tells of every run what its own files tell") {
    many_runs runs;
    runs.add_all(0, 60);
    run_index index{runs.path()};
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));

    SECTION("also of runs that come later, one by one and many at once") {
        change_log const log{runs.path()};
        for (int i = 60; i < 70; i += 3) {  // three share a time
            log.add(runs.add(i));
            index.refresh();
            CHECK(index.search({}).runs.front().run_id == runs.id(i));
        }
        for (int i = 70; i < 1900; ++i) log.add(runs.add(i));
        run_index other{runs.path()};
        other.refresh();
        auto const truth = texts_of(runs.truth());
        CHECK(texts_of(other) == truth);
        CHECK(texts_of(index) == truth);
        index.rebuild();
        CHECK(texts_of(index) == truth);
        CHECK(texts_of(other) == truth);
    }
    SECTION("also in another process's index that is built from nothing") {
        std::filesystem::remove(runs.path() / "index.sqlite");
        run_index other{runs.path()};
        other.refresh();
        CHECK(texts_of(other) == texts_of(runs.truth()));
        index.refresh();
        CHECK(texts_of(index) == texts_of(runs.truth()));
    }
}

TEST_CASE("a search finds what looking at each run finds, in the same order, however it is paged") {
    many_runs runs;
    runs.add_all(0, 1100);  // a block by the first build
    run_index index{runs.path()};
    std::vector<std::uint64_t> built;
    index.on_build([&built](std::uint64_t done, std::uint64_t all) {
        CHECK(all == 1100);
        built.push_back(done);
    });
    index.refresh();
    REQUIRE(!built.empty());
    CHECK(std::is_sorted(built.begin(), built.end()));
    CHECK(built.back() == 1100);
    change_log const log{runs.path()};
    for (int i = 1100; i < 2900; ++i) log.add(runs.add(i, i % 50 != 0));  // one block of loose runs, and loose ones
    for (int i = 0; i < 2900; i += 40) {  // late changes, also in blocks
        journal{runs.directory(runs.id(i)).journal()}.append({{"event", "tag"}, {"name", "team"}, {"value", "z"}});
    }
    index.refresh();
    auto const truth = runs.truth();

    using namespace estima::query;
    std::mt19937 random{11};
    auto const any = [&random](unsigned n) { return random() % n; };
    std::function<run_filter(int)> make = [&](int depth) -> run_filter {
        switch (any(depth > 0 ? 14 : 11)) {
            case 0: return metric("loss") < static_cast<int>(any(50));
            case 1: return metric("accuracy") >= static_cast<double>(any(50)) + 0.5;
            case 2: return metric("loss").min() == 7.5;
            case 3: return tag("team") == std::string(1, static_cast<char>('a' + any(4)));
            case 4: return tag("late").like("yes%");
            case 5: return parameter("p1").in({"1", "2", "nonsense"});
            case 6: return parameter("p2") != "3";
            case 7: return status != run_status::completed;
            case 8: return display_name.ilike("RUN _");
            case 9: return exists(metric("accuracy").max());
            case 10: return metric("loss") != 4.5;
            case 11: return make(depth - 1) && make(depth - 1);
            case 12: return make(depth - 1) || make(depth - 1);
            default: return !make(depth - 1);
        }
    };
    std::vector<std::vector<run_order>> const orders{{},
                                                     {"metrics.loss"},
                                                     {"metrics.loss DESC", "params.p1"},
                                                     {"params.p0 DESC"},
                                                     {"tags.late", "created DESC"},
                                                     {"created"},
                                                     {"run_name", "metrics.accuracy DESC"}};
    for (int round = 0; round < 60; ++round) {
        run_query query{.filter = make(3), .order_by = orders[any(static_cast<unsigned>(orders.size()))]};
        if (any(4) == 0) query.experiments = {"digits"};
        query.max_results = 1 + any(3) * 400;
        std::vector<run_summary> expected;
        for (auto const& [id, run] : truth)
            if (is_meant(query.filter, run) && (query.experiments.empty() || run.experiment == "digits"))
                expected.push_back(run);
        auto const value = [](run_summary const& run, run_order const& key) {
            std::pair<int, std::pair<double, std::string>> v{2, {0, ""}};
            auto const take = [&](detail::column_kind kind, std::string_view name) {
                return static_cast<int>(kind) == static_cast<int>(key.field.kind) && name == key.field.name;
            };
            detail::for_each_value(
                run,
                [&](auto kind, auto name, std::string_view t) {
                    if (take(kind, name)) v = {0, {0, std::string{t}}};
                },
                [&](auto kind, auto name, double n) {
                    if (take(kind, name)) v = {std::isnan(n) ? 1 : 0, {std::isnan(n) ? 0 : n, ""}};
                });
            return v;
        };
        std::sort(expected.begin(), expected.end(), [&](run_summary const& a, run_summary const& b) {
            for (run_order const& key : query.order_by) {
                auto const x = value(a, key), y = value(b, key);
                if (x.first != y.first) return x.first < y.first;
                if (x.second != y.second) return key.descending ? y.second < x.second : x.second < y.second;
            }
            return a.created_time != b.created_time ? a.created_time > b.created_time : a.run_id < b.run_id;
        });
        std::vector<std::string> ids, found;
        for (run_summary const& run : expected) ids.push_back(run.run_id);
        if (query.max_results == 1 && ids.size() > 5) ids.resize(5);
        do {
            run_page const page = index.search(query);
            CHECK(page.size() <= query.max_results);
            for (std::string& id : ids_of(page)) found.push_back(std::move(id));
            query.page_token = page.next_page_token;
        } while (!query.page_token.empty() && found.size() < ids.size());
        INFO("round " << round);
        REQUIRE(found == ids);
    }
}

TEST_CASE("long lists of values, and many joined by OR, are looked up and not gone through") {
    std::vector<std::string> values;
    for (int i = 0; i < 100'000; ++i) values.push_back("none_" + std::to_string(i * 7919LL % 100'003));
    many_runs runs;
    runs.add_all(0, 300);
    run_index index{runs.path()};
    index.refresh();
    auto const found = [&index](run_filter const& f) { return index.search({.filter = f}).size(); };
    std::string const one = runs.id(150);
    run_filter any = query::run_id == one;
    for (std::size_t i = 0; i < 1000; ++i) any = std::move(any) || query::run_id == values[i];
    CHECK(found(any) == 1);
    CHECK(found(!any) == 299);
    CHECK(found(any && query::run_id != one) == 0);
    CHECK(found(any || query::created_time > 0) == 300);
    values.push_back(one);
    CHECK(found(query::run_id.in(values)) == 1);
    CHECK(found(query::run_id.not_in(values)) == 299);
    run_filter deep = query::run_id == one;
    for (int i = 0; i < 120; ++i) deep = (std::move(deep) || query::run_id == values[0]) && query::run_id != values[1];
    CHECK(found(deep) == 1);
    // One lookup each: what is asked for is a sorted list.
    run_filter const flat = detail::to_match(any);
    REQUIRE(flat.parts.size() == 1);
    std::vector<std::string> const& texts = flat.parts.front().condition.texts;
    CHECK(texts.size() == 1001);
    CHECK(std::is_sorted(texts.begin(), texts.end()));
    CHECK(detail::to_match(query::run_id.in({"b", "a"})).condition.texts == std::vector<std::string>{"a", "b"});
}

TEST_CASE("pages stay in step when runs come and go between them, and when the index is built anew") {
    many_runs runs;
    runs.add_all(0, 100);
    run_index index{runs.path()};
    index.refresh();
    run_query query{.max_results = 30};
    std::vector<std::string> before = ids_of(index.search({})), seen;
    for (int page = 0; page < 4; ++page) {
        run_page const found = index.search(query);
        for (std::string& id : ids_of(found)) seen.push_back(std::move(id));
        query.page_token = found.next_page_token;
        change_log{runs.path()}.add(runs.add(1000 + page));  // newer than all: on no later page
        std::filesystem::remove_all(runs.directory(runs.id(page)).path);
        if (page == 1) index.rebuild();
        index.refresh();
    }
    CHECK(query.page_token.empty());
    before.resize(before.size() - 3);  // the oldest went before the last page
    seen.resize(before.size());
    CHECK(seen == before);
}

TEST_CASE("a page token of another question, or none at all, is refused") {
    many_runs runs;
    runs.add_all(0, 10);
    run_index index{runs.path()};
    index.refresh();
    run_page const page = index.search({.max_results = 3});
    REQUIRE_FALSE(page.next_page_token.empty());
    CHECK(index.search({.max_results = 5, .page_token = page.next_page_token}).size() == 5);
    CHECK_THROWS_WITH(index.search({.filter = "tags.team = 'a'", .page_token = page.next_page_token}),
                      Catch::Contains("EST-615"));
    CHECK_THROWS_WITH(index.search({.order_by = {"created"}, .page_token = page.next_page_token}),
                      Catch::Contains("EST-615"));
    CHECK_THROWS_WITH(index.search({.page_token = page.next_page_token, .experiments = {"digits"}}),
                      Catch::Contains("EST-615"));
    CHECK_THROWS_WITH(index.search({.page_token = "nonsense"}), Catch::Contains("EST-615"));
    CHECK_THROWS_WITH(index.search({.page_token = page.next_page_token.substr(4)}), Catch::Contains("EST-615"));
    for (char const* const more : {"a", "ab", " "})
        CHECK_THROWS_WITH(index.search({.page_token = page.next_page_token + more}), Catch::Contains("EST-615"));
    CHECK_THROWS_WITH(index.search({.max_results = 0}), Catch::Contains("EST-616"));
    CHECK_THROWS_WITH(index.search({.max_results = 50'001}), Catch::Contains("EST-616"));
}

TEST_CASE("what happens to a run is found by the next refresh: while it runs, at its end, and later") {
    estima_test::fake_run made;
    std::string const id = made.run().id();
    run_index index{made.workspace().path()};
    index.refresh();
    auto const now = [&] {
        index.refresh();
        run_page const page = index.search({});
        REQUIRE(page.size() == 1);
        return page.runs.front();
    };
    CHECK(now().status == run_status::not_started);
    CHECK(index.unfinished() == std::vector<std::string>{id});
    made.start();
    CHECK(now().status == run_status::running);
    estima_test::append_file(made.directory().metrics_file(0), R"({"name":"loss","value":0.5,"step":1,"time":10})"
                                                               "\n");
    CHECK(now().metrics.at("loss").last == 0.5);
    estima_test::append_file(made.directory().metrics_file(0), R"({"name":"loss","value":0.2)");
    CHECK(now().metrics.at("loss").last == 0.5);
    estima_test::append_file(made.directory().metrics_file(0), R"(5,"step":2,"time":9})" "\n");
    estima_test::append_file(made.directory().metrics_file(1), R"({"name":"loss","value":7,"time":9.5})" "\n");
    metric_summary const loss = now().metrics.at("loss");
    CHECK(loss.last == 0.25);  // the clock of rank 0 was set back; its newest point is newer than rank 1's
    CHECK(loss.step == 2);
    CHECK(loss.max == 7);
    CHECK(loss.count == 3);
    made.run().log_parameter("lr", "0.1");
    CHECK_THROWS_WITH(made.run().log_parameter("lr", "0.2"), Catch::Contains("EST-501"));
    CHECK(now().parameters.at("lr") == "0.1");
    made.complete();
    CHECK(now().status == run_status::completed);
    CHECK(index.unfinished().empty());
    for (int i = 0; i < 5; ++i) {
        made.run().tag("team", std::to_string(i));
        CHECK(now().tags.at("team") == std::to_string(i));
    }
    CHECK(read_file(made.workspace().path() / "changes.log").size() == 7 * (id.size() + 2));
    CHECK(search_runs(made.workspace(), "tags.team = '4'").size() == 1);
    CHECK(search_runs(made.workspace().experiment("digits")).size() == 1);
    CHECK(search_runs(made.workspace().experiment("letters")).empty());
}

TEST_CASE("a line that tells of an attempt once more changes nothing, whatever was read of the journal before") {
    estima_test::fake_run run;
    run.start();
    run_index seen_early{run.workspace().path()}, seen_late{run.workspace().path()};
    std::size_t const before = estima::read_file(run.directory().journal()).size();
    REQUIRE(run.journal().append_attempt("any_failure", {.id = "EST-420", .message = "it failed"}) == 2);
    std::string const attempt = estima::read_file(run.directory().journal()).substr(before);
    run.start();
    seen_early.refresh();
    estima_test::append_file(run.directory().journal(), attempt);
    seen_early.refresh();
    CHECK(seen_early.search(run_query{}).runs.at(0).status == run_status::running);
    seen_late.rebuild();
    CHECK(seen_late.search(run_query{}).runs.at(0).status == run_status::running);
    REQUIRE(run.journal().append_attempt("any_failure", {.id = "EST-420", .message = "it failed"}) == 3);
    seen_early.refresh();
    CHECK(seen_early.search(run_query{}).runs.at(0).status == run_status::queued);
}

TEST_CASE("points are in the index when they were logged, and each once, however often it is looked") {
    estima_test::fake_run made;
    made.start();
    run_index index{made.workspace().path()};
    auto const now = [&] {
        index.refresh();
        run_page const page = index.search({});
        REQUIRE(page.size() == 1);
        return page.runs.front().metrics;
    };
    CHECK(now().empty());
    detail::point_store store{made.directory().metrics() / "rank_0"};
    for (int i = 1; i <= 5'000; ++i) {
        store.add(i % 2 == 0 ? "even" : "odd", i, i);
        if (i % 500 == 0 || i == 1) CHECK(now().at("odd").count == static_cast<std::uint64_t>(i + 1) / 2);
    }
    metric_summary const even = now().at("even");
    CHECK(even.last == 5'000);
    CHECK(even.step == 5'000);
    CHECK(even.min == 2);
    CHECK(even.count == 2'500);
    run_index{made.workspace().path()}.rebuild();
    store.add("even", -1, detail::no_step);
    CHECK(now().at("even").last == -1);
    CHECK_FALSE(now().at("even").step);
    CHECK(now().at("even").count == 2'501);
    CHECK(search_runs(made.workspace(), "metrics.even < 0 and metrics.odd = 4999").size() == 1);

    // Another process's file, and a file that was replaced by one with less.
    std::string const first = metric_files(made.directory().metrics()).back().path;
    detail::point_store other{made.directory().metrics() / "rank_1"};
    other.add("odd", 1e6, 1);
    CHECK(now().at("odd").last == 1e6);
    std::string const second = metric_files(made.directory().metrics()).back().path;
    std::filesystem::copy_file(second, first, std::filesystem::copy_options::overwrite_existing);
    CHECK(now().at("odd").count == 2);
    CHECK_FALSE(now().contains("even"));
}

TEST_CASE("a point that a killed process did not finish hides those after it until the run is over") {
    estima_test::fake_run made;
    made.start();
    {
        detail::mapped_points points{made.directory().metrics() / "rank_0", epoch_microseconds()};
        std::uint64_t slot = 0;
        points.reserve(4, slot);
        points.publish(slot, detail::name_word(0, 1), 0, 0);
        points.publish(slot + 1, detail::point_word(slot, 1), 1, 1);
        points.publish(slot + 3, detail::point_word(slot, 2), 3, 3);
    }
    run_index index{made.workspace().path()};
    index.refresh();
    CHECK(index.search({}).runs.front().metrics.begin()->second.last == 1);
    made.complete();
    index.refresh();
    CHECK(index.search({}).runs.front().metrics.begin()->second.last == 3);
    CHECK(index.search({}).runs.front().metrics.begin()->second.count == 2);
}

TEST_CASE("a writer who announced a change and holds the lock is waited for by nobody, and not forgotten") {
    many_runs runs;
    std::string const id = runs.add(1);
    run_index index{runs.path()};
    index.refresh();
    file_descriptor writer = open_file(runs.directory(id).journal(), O_RDWR | O_APPEND);
    REQUIRE(::flock(writer.get(), LOCK_EX) == 0);
    change_log{runs.path()}.add(id);
    index.refresh();
    index.refresh();
    CHECK(index.unfinished() == std::vector<std::string>{id});
    REQUIRE(write_all(writer.get(), R"({"event":"tag","name":"slow","time":"","value":"yes"})" "\n"));
    writer.reset();
    index.refresh();
    CHECK(index.search("tags.slow = 'yes'").size() == 1);
    CHECK(index.unfinished().empty());
}

TEST_CASE("a run that is announced before it can be seen is found when it is there") {
    many_runs runs;
    runs.add(1);
    run_index index{runs.path()};
    index.refresh();
    change_log const log{runs.path()};
    log.add(runs.id(2));
    log.add("never made");
    log.add("..");
    many_runs::append(log.path(), "torn_17");
    index.refresh();
    CHECK(index.search({}).size() == 1);
    runs.add(2);
    index.refresh();
    CHECK(index.search({}).size() == 2);
    log.add(runs.add(3));  // behind the torn line
    index.refresh();
    CHECK(index.search({}).size() == 3);
}

TEST_CASE("what estima was not told is found by looking at all") {
    many_runs runs;
    runs.add_all(0, 20);
    run_index index{runs.path()};
    index.refresh();
    runs.add(30);
    many_runs::append(runs.directory(runs.id(3)).journal(), R"({"event":"tag","name":"by","value":"hand"})" "\n");
    many_runs::append(runs.directory(runs.id(4)).metrics_file(5), R"({"name":"hand","value":1})" "\n");
    std::filesystem::remove_all(runs.directory(runs.id(5)).path);
    std::string const journal_of_6 = read_file(runs.directory(runs.id(6)).journal());
    replace_file(runs.directory(runs.id(6)).journal(), journal_of_6.substr(0, journal_of_6.find('\n') + 1));
    std::string other = read_file(runs.directory(runs.id(7)).journal());
    std::size_t const place = other.find("Completed") != other.npos ? other.find("Completed") : other.find("Failed");
    replace_file(runs.directory(runs.id(7)).journal(),
                 other.substr(0, place - 10) + std::string(10, ' ') + other.substr(place));
    replace_file(runs.directory(runs.id(8)).metrics_file(0), R"({"name":"other","value":1})" "\n");
    auto const with_another_user = [&](int i) {  // at the beginning, far from where reading went on
        std::string text = read_file(runs.directory(runs.id(i)).journal());
        return text.replace(text.find("\"ada\""), 5, "\"eve\"");
    };
    std::filesystem::path const journal_of_9 = runs.directory(runs.id(9)).journal();
    std::fstream{journal_of_9, std::ios::in | std::ios::out | std::ios::binary} << with_another_user(9);
    std::filesystem::last_write_time(journal_of_9,
                                     std::filesystem::last_write_time(journal_of_9) + std::chrono::seconds{1});
    replace_file(runs.directory(runs.id(10)).journal(), with_another_user(10) +
                                                            R"({"event":"tag","name":"more","value":"1"})"
                                                            "\n");
    index.refresh();
    CHECK(index.search("attributes.user_id = 'eve'").empty());
    CHECK(texts_of(index) != texts_of(runs.truth()));
    CHECK(index.search("attributes.user_id = 'eve'").size() == 2);  // journals of what is told are looked at
    index.refresh(run_look::at_all);
    CHECK(texts_of(index) == texts_of(runs.truth()));

    // A log that was cut short, or replaced, tells nothing that can be relied on: all are looked at.
    change_log const log{runs.path()};
    for (int i = 40; i < 60; ++i) log.add(runs.add(i));
    index.refresh();
    std::filesystem::remove(log.path());
    runs.add(61);
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
    for (int i = 70; i < 80; ++i) log.add(runs.add(i));
    index.refresh();
    replace_file(log.path(), std::string(2000, 'x') + "\n");
    runs.add(81);
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}

TEST_CASE("a run whose folder is gone is not told") {
    many_runs runs;
    runs.add_all(0, 1500);
    run_index index{runs.path()};
    index.refresh();
    std::filesystem::remove_all(runs.directory(runs.id(1499)).path);
    std::filesystem::remove_all(runs.directory(runs.id(1200)).path);
    run_page const page = index.search({.max_results = 1000});
    CHECK(page.size() == 1000);
    CHECK(page.runs.front().run_id == runs.id(1497));
    for (int i = 0; i < 1400; ++i) std::filesystem::remove_all(runs.directory(runs.id(i)).path);
    CHECK(index.search({}).size() == 99);
    run_index other{runs.path()};
    other.refresh();
    CHECK(texts_of(other) == texts_of(runs.truth()));
}

TEST_CASE("a run whose journal is lost is told by what its id says, also when the index is made anew") {
    many_runs runs;
    runs.add_all(0, 700);  // a block, too
    run_index index{runs.path()};
    index.refresh();
    auto const is_told = [&](run_index& by, int i) {
        by.refresh(run_look::at_all);
        run_page const page = by.search(query::error_id == std::string{"EST-647"});
        if (page.size() != 1) return false;
        run_summary const& run = page.runs[0];
        return run.run_id == runs.id(i) && run.status == run_status::not_responding && run.experiment == "digits" &&
               run.created_time == 1.7e9 + i;
    };
    for (int const i : {3, 699}) {
        std::filesystem::path const journal = runs.directory(runs.id(i)).journal();
        std::string const text = read_file(journal);
        for (bool const is_removed : {true, false}) {
            if (is_removed) std::filesystem::remove(journal);
            else std::filesystem::resize_file(journal, 0);
            CHECK(is_told(index, i));
            CHECK(is_told(index, i));
            run_index other{runs.path()};
            CHECK(is_told(other, i));
            other.rebuild();
            CHECK(is_told(other, i));
            CHECK(index.search({}).size() == 700);
            CHECK(index.unfinished().size() == 1);
            replace_file(journal, text);  // somebody had a copy
            index.refresh();
            CHECK(texts_of(index) == texts_of(runs.truth()));
        }
    }
    // A search finds it of what it tells, without a look at all.
    std::string const kept = read_file(runs.directory(runs.id(699)).journal());
    std::filesystem::remove(runs.directory(runs.id(699)).journal());
    CHECK(index.search({.max_results = 5}).runs.at(0).error_id == "EST-647");
    replace_file(runs.directory(runs.id(699)).journal(), kept);
    index.refresh();
    // The begin alone is lost: what comes later counts.
    std::filesystem::path const journal = runs.directory(runs.id(5)).journal();
    std::string const text = read_file(journal);
    replace_file(journal, text.substr(text.find('\n') + 1));
    index.refresh(run_look::at_all);
    run_summary const run = index.search(query::run_id == runs.id(5)).runs.at(0);
    CHECK(is_terminal(run.status));
    CHECK(run.created_time == 1.7e9 + 5);
    CHECK(run.error_id.empty());
}

TEST_CASE("a run whose journal is of a newer format is told by its id, and as it is by who knows that format") {
    many_runs runs;
    runs.add_all(0, 5);
    std::filesystem::path const journal = runs.directory(runs.id(3)).journal();
    std::string const text = read_file(journal);
    std::string newer = text;  // with its members in another order than estima writes them, and in that order
    newer.insert(GENERATE(true, false) ? newer.find('{') + 1 : newer.find("\"parameters\""), "\"format\":2,");
    replace_file(journal, newer);
    run_index index{runs.path()};
    index.refresh();
    for (int look = 0; look < 2; ++look) {
        run_summary const run = index.search(query::run_id == runs.id(3)).runs.at(0);
        CHECK(run.error_id == "EST-645");
        CHECK(run.status == run_status::not_responding);
        CHECK(run.experiment == "digits");
        index.refresh(run_look::at_all);
    }
    CHECK(index.search({}).size() == 5);
    replace_file(journal, text);
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}

TEST_CASE("a run that this user may not read is told by its id, is not lost, and is read when it can be") {
    if (::geteuid() != 0) return estima_test::skip("two users need root");
    many_runs runs;
    runs.add_all(0, 5);
    replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    std::filesystem::path const closed = runs.directory(runs.id(3)).path;
    for (auto const& one : std::filesystem::recursive_directory_iterator{runs.path()})
        REQUIRE(::chown(one.path().c_str(), 65534, 65534) == 0);
    REQUIRE(::chown(runs.path().c_str(), 65534, 65534) == 0);
    REQUIRE(::chown(closed.c_str(), 0, 0) == 0);
    std::filesystem::permissions(closed, std::filesystem::perms::owner_all);
    auto const log_size = [&] {
        std::error_code ignored;
        return std::filesystem::file_size(runs.path() / "changes.log", ignored);
    };
    auto const before = log_size();
    std::string status, details, verified;
    {
        run_index index{runs.path()};
        REQUIRE(::seteuid(65534) == 0);
        index.refresh();
        index.refresh(run_look::at_all);
        run_page const page = index.search({});
        workspace const w = workspace::open(runs.path());
        status = estima_test::error_of([&] { (void)known_record(runs.directory(runs.id(3))); });
        details = estima_test::error_of([&] { (void)w.run(runs.id(3)).get_details(); });
        for (auto const& one : verify(w).findings) verified += one.path + ": " + one.what + "\n";
        REQUIRE(::seteuid(0) == 0);
        CHECK(page.size() == 5);
        CHECK(std::count_if(page.begin(), page.end(), [&](run_summary const& run) {
                  return run.run_id == runs.id(3) && run.error_id == "EST-301" &&
                         run.status == run_status::not_responding;
              }) == 1);
    }
    CHECK_THAT(status, Catch::StartsWith("[EST-301]") && Catch::Contains("Permission denied"));
    CHECK_THAT(details, Catch::StartsWith("[EST-301]") && Catch::Contains("Permission denied"));
    CHECK_THAT(verified, Catch::Contains("it could not be checked: user ") && !Catch::Contains("lost"));
    CHECK(log_size() == before);
    run_index index{runs.path()};  // of root, who may
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}

TEST_CASE("a group that shares a workspace shares its index") {
    if (::geteuid() != 0) return estima_test::skip("two users need root");
    many_runs runs;
    std::string const first = runs.add(1), second = runs.add(2);
    constexpr unsigned group = 65530, one = 65531, other = 65532;
    REQUIRE(::chown(runs.path().c_str(), one, group) == 0);
    REQUIRE(::chmod(runs.path().c_str(), 02775) == 0);
    auto const look_as = [&](unsigned user) {
        estima_test::umask_here const of_the_group{002};
        REQUIRE(::setegid(group) == 0);
        REQUIRE(::seteuid(user) == 0);
        {
            run_index index{runs.path()};
            index.refresh(run_look::at_all);
            CHECK(index.why_in_memory().empty());
        }
        REQUIRE(::seteuid(0) == 0);
        REQUIRE(::setegid(0) == 0);
    };
    look_as(one);
    std::string const third = runs.add(3);
    look_as(other);
    auto file = detail::open_index_file((runs.path() / "index.sqlite").string(), detail::index_content::keep);
    REQUIRE(file);
    detail::index_store store{std::move(*file)};
    CHECK(store.has_all({first, second, third}));  // what the other user found was stored
}

TEST_CASE("an index that was made for one user alone is shared when he opens it again in a folder of his group") {
    many_runs runs;
    runs.add(1);
    auto const file = runs.path() / "index.sqlite";
    auto const has_mode = [&](unsigned mode) {
        for (char const* const end : {"", "-wal", "-shm"}) {
            struct stat status {};
            if (::stat((file.string() + end).c_str(), &status) != 0 || (status.st_mode & 0777U) != mode) return false;
        }
        return true;
    };
    auto const look = [&] {
        run_index index{runs.path()};
        index.refresh();
        CHECK(index.why_in_memory().empty());
    };
    estima_test::umask_here const alone{022};
    REQUIRE(::chmod(runs.path().c_str(), 0755) == 0);
    look();
    CHECK(has_mode(0644));
    look();
    CHECK(has_mode(0644));  // nobody else may write to the folder
    REQUIRE(::chmod(runs.path().c_str(), 02775) == 0);
    look();
    CHECK(has_mode(0664));
    if (::geteuid() != 0) return;
    for (char const* const end : {"", "-wal", "-shm"}) REQUIRE(::chmod((file.string() + end).c_str(), 0644) == 0);
    REQUIRE(::chown(runs.path().c_str(), 0, 65530) == 0);  // since then of another group than the files
    REQUIRE(::chmod(runs.path().c_str(), 02775) == 0);
    look();
    CHECK(has_mode(0664));
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK(status.st_gid == 65530);
}

TEST_CASE("a journal that somebody finds lost is found so by every search, whatever it asks for") {
    many_runs runs;
    runs.add_all(0, 5);
    replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    workspace const w = workspace::open(runs.path());
    auto const lost = [&w] { return search_runs(w, "attributes.error_id = 'EST-647'").size(); };
    CHECK(lost() == 0);
    std::filesystem::remove(runs.directory(runs.id(3)).journal());
    CHECK_THAT(estima_test::error_of([&] { (void)w.run(runs.id(3)); }), Catch::StartsWith("[EST-647]"));
    CHECK(lost() == 1);
}

TEST_CASE("what is logged after the end of a run is told to who asks for that run") {
    many_runs runs;
    runs.add_all(0, 5);
    run_index index{runs.path()};
    index.refresh();
    many_runs::append(runs.directory(runs.id(3)).metrics_file(0), R"({"name":"late","value":3})" "\n");
    index.refresh();
    CHECK_FALSE(index.search({}).runs.at(1).metrics.contains("late"));
    CHECK(index.search("attributes.run_id = '" + runs.id(3) + "'").runs.at(0).metrics.contains("late"));
    CHECK(index.search(query::run_id == "none_1_2").empty());
    many_runs::append(runs.directory(runs.id(2)).metrics_file(0), R"({"name":"late","value":3})" "\n");
    replace_file(runs.path() / "workspace.json", "{\"format\":1}\n");
    CHECK(verify_index(workspace::open(runs.path())).empty());
}

TEST_CASE("a run that is over is told by the journal that it has now, whoever emptied, swapped or cut it") {
    many_runs runs;
    runs.add_all(0, 700);  // a block, too
    run_index index{runs.path()};
    index.refresh();
    for (int const i : {3, 650}) {
        std::filesystem::path const journal = runs.directory(runs.id(i)).journal();
        std::filesystem::resize_file(journal, 0);
        index.refresh();
        run_page page = index.search({.max_results = 700});
        REQUIRE(page.size() == 700);
        CHECK(std::count_if(page.begin(), page.end(), [&](run_summary const& run) {
                  return run.run_id == runs.id(i) && run.status == run_status::not_responding &&
                         run.error_id == "EST-647";
              }) == 1);
        CHECK(index.search(query::status == run_status::not_responding).size() == 1);
        replace_file(journal,
                     R"({"event":"created","run_id":"x","experiment":"e","time":"2026-01-31T08:05:00.000000Z"})"
                     "\n"
                     R"({"event":"status","status":"Canceled"})"
                     "\n");
        index.refresh();
        CHECK(index.search(query::run_id == runs.id(i)).runs.at(0).status == run_status::canceled);
        std::filesystem::resize_file(journal, 20);  // torn in its first line
        index.refresh();
        CHECK(index.search(query::run_id == runs.id(i)).runs.at(0).error_id == "EST-647");
        std::filesystem::remove_all(runs.directory(runs.id(i)).path);
        runs.add(i);
    }
    // One that cannot be read any more is told as it was.
    if (::geteuid() == 0) return;
    std::filesystem::permissions(runs.directory(runs.id(5)).journal(), std::filesystem::perms::none);
    CHECK(index.search({.max_results = 700}).size() == 700);
}

TEST_CASE("who looks at a run and finds its journal lost lets lists look again, whatever they are asked for") {
    estima_test::fake_run made;
    made.start();
    made.complete();
    run const run = made.run();
    CHECK(search_runs(made.workspace()).size() == 1);
    bool const is_removed = GENERATE(true, false);
    if (is_removed) std::filesystem::remove(made.directory().journal());
    else std::filesystem::resize_file(made.directory().journal(), 0);
    CHECK(search_runs(made.workspace(), "status = 'NotResponding'").empty());  // as it is known: it is over
    if (GENERATE(true, false)) CHECK_THROWS_WITH(run.status(), Catch::Contains("EST-647"));
    else CHECK_FALSE(verify(made.workspace()).is_sound());
    CHECK(search_runs(made.workspace(), "status = 'NotResponding'").size() == 1);
}

TEST_CASE("what lies among runs and is none is told by nobody") {
    many_runs runs;
    runs.add_all(0, 3);
    run_index index{runs.path()};
    index.refresh();
    estima_test::write_file(runs.path() / "runs/notes/events.jsonl", read_file(runs.directory(runs.id(0)).journal()));
    estima_test::write_file(runs.path() / "runs" / runs.id(7), "a file");
    std::filesystem::create_directory_symlink(runs.directory(runs.id(1)).path, runs.directory(runs.id(8)).path);
    change_log const log{runs.path()};
    for (std::string const& name : {std::string{"notes"}, runs.id(7), runs.id(8)}) log.add(name);
    for (run_look const look : {run_look::at_changes, run_look::at_all}) {
        index.refresh(look);
        CHECK(index.search({}).size() == 3);
    }
    index.rebuild();
    CHECK(index.search({}).size() == 3);
    // A run in whose place there is a link now is none any more.
    std::filesystem::rename(runs.directory(runs.id(2)).path, runs.path() / "elsewhere");
    std::filesystem::create_directory_symlink(runs.path() / "elsewhere", runs.directory(runs.id(2)).path);
    index.refresh();
    CHECK(index.search({}).size() == 2);
}

TEST_CASE("an empty workspace has no runs, and one without a folder neither") {
    estima_test::temporary_directory folder;
    run_index index{folder.path()};
    CHECK(index.search({}).empty());
    index.refresh();
    index.refresh(run_look::at_all);
    index.rebuild();
    CHECK(index.search("metrics.loss < 1").empty());
    CHECK(search_runs(workspace::open(folder / "w")).empty());
}

TEST_CASE("threads search and update at once, each by its own index") {
    many_runs runs;
    runs.add_all(0, 300);
    std::vector<std::jthread> threads;
    std::atomic<int> missed{0}, short_of{0}, searches{0};
    change_log const log{runs.path()};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 15; ++i) {
                std::string const id = runs.id(1000 + t * 100 + i);
                runs.add(1000 + t * 100 + i);
                log.add(id);
                run_index index{runs.path()};
                index.refresh();
                if (index.search({.filter = estima::query::run_id == id}).size() != 1) ++missed;
                if (index.search({}).size() < 300U + static_cast<unsigned>(i)) ++short_of;
                ++searches;  // from memory, where a lock was held for longer than one waits: as right
            }
        });
    threads.clear();
    CHECK(searches == 60);
    CHECK(missed == 0);
    CHECK(short_of == 0);
    run_index index{runs.path()};
    index.refresh();
    CHECK(texts_of(index) == texts_of(runs.truth()));
}
