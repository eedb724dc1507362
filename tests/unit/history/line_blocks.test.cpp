// SPDX-License-Identifier: BSL-1.0
// Files of lines that are long enough to be kept account of, held against a reader that reads all of them.
#include <estima/history/other_values.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <estima/history/metric_history.hpp>
#include <estima/history/metrics.hpp>
#include <estima/history/newest_numbers.hpp>
#include <estima/system/files.hpp>

#include "../../support/fake_run.hpp"
#include "../../support/temporary_directory.hpp"
#include "../../support/umask_here.hpp"

namespace {
/// Lines of all kinds: of "dense" one after the other, of "near" some apart, of "far0" to "far999" few each.
std::string some_lines(int from, int to) {
    std::string lines;
    for (int i = from; i < to; ++i) {
        std::string const n = std::to_string(i),
                          time = std::to_string(1'700'000'000 + i / 7) + "." + n.substr(n.size() - 1);
        std::string const value = i % 1000 == 77 ? "NaN" : i == 5'678 ? "1e9" : std::to_string(std::sin(i * 0.01));
        lines += R"({"name":"dense","value":)" + value + R"(,"step":)" + n + R"(,"time":)" + time + "}\n";
        if (i % 5 == 0) lines += R"({"name":"near","value":)" + n + "}\n";
        lines += R"({"name":"far)" + std::to_string(i * 7 % 1000) + R"(","value":)" + n + R"(,"time":)" + time + "}\n";
        if (i % 50 == 0) lines += R"({"name":"dense","value":[)" + n + R"(,2],"time":)" + time + "}\n";
        if (i % 70 == 0) lines += R"({"name":"row","value":{"a":)" + n + R"(,"b":"x"},"step":)" + n + "}\n";
        if (i % 900 == 0) lines += R"({"name":"note","type":"text","value":{"text":")" + n + "\"},\"time\":7}\n";
        if (i % 1000 == 500) lines += std::string(500'000, '-') + "\n\n";  // long, so that fewer lines are as long
    }
    return lines;
}

template <class Value>
bool tells_same(std::vector<estima::logged<Value>> const& a, std::vector<estima::logged<Value>> const& b) {
    auto const same = [](auto const& x, auto const& y) {
        if constexpr (std::is_same_v<Value, double>)
            if (std::isnan(x.value) != std::isnan(y.value) || (!std::isnan(x.value) && x.value != y.value))
                return false;
        return x.step == y.step && std::abs(x.time - y.time) < 2e-6 && x.rank == y.rank;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}
std::string shown_value(estima::metric_line_value const& v) {
    if (auto const* list = std::get_if<std::vector<double>>(&v)) return std::to_string(list->at(0));
    if (auto const* row = std::get_if<estima::metric_table_row>(&v))
        return std::to_string(std::get<double>(row->at(0).second));
    return std::get<estima::metric_document>(v).json;
}
template <class Value>
bool is_end_of(estima::newest_values const& told, std::vector<estima::logged<Value>> const& all, std::size_t most) {
    if (told.count != all.size() || told.values.size() != std::min(most, all.size())) return false;
    for (std::size_t i = 0; i < told.values.size(); ++i)
        if (shown_value(told.values[told.values.size() - 1 - i].value) != shown_value(all[all.size() - 1 - i].value))
            return false;
    return true;
}

struct lines_folder {
    estima_test::temporary_directory folder{};
    std::filesystem::path lines() const { return folder / "rank_0.jsonl"; }
    std::filesystem::path kept() const { return folder / "rank_0.jsonl.blocks"; }
    std::vector<estima::metric_point> read(std::string const& name, estima::history_options const& options = {}) const {
        return estima::read_history(folder.path(), name, options);
    }

    /// That all that is told is what the lines hold.
    void check() const {
        estima::run_metrics const m = estima::read_metrics(folder.path());
        for (char const* name : {"dense", "near", "far0", "far999", "new", "row"}) {
            CAPTURE(name);
            CHECK(tells_same(read(name, {.max_points = 0}), m.points(name)));
        }
        auto const points = read("dense", {.max_points = 1000});
        CHECK(points.size() <= 1000);
        CHECK(points.size() >= std::min<std::size_t>(700, m.points("dense").size()));
        CHECK(points.back().step == m.points("dense").back().step);
        CHECK(read("near", {.max_points = 50}).back().value == m.points("near").back().value);
        auto const range = read("dense", {.max_points = 0, .first_step = 4'999, .last_step = 5'999});
        CHECK(range.size() == 1001);
        CHECK(read("dense", {.max_points = 100, .first_step = 2'000, .last_step = 10'000}).size() <= 100);
        auto const others = estima::read_others(folder.path());
        REQUIRE(others.named.size() == m.lists.size() + m.rows.size() + m.documents.size());
        CHECK(others.named.at({"dense", "list"}).count == m.lists.at("dense").size());
        CHECK(shown_value(others.named.at({"dense", "list"}).newest.value) ==
              std::to_string(m.lists.at("dense").back().value[0]));
        CHECK(shown_value(others.named.at({"row", "row"}).newest.value) == shown_value(m.rows.at("row").back().value));
        CHECK(shown_value(others.named.at({"note", "document"}).newest.value) ==
              m.documents.at("note").back().value.json);
        std::uint64_t skipped = 0;
        for (auto const& one : others.skipped) skipped += one.second;
        CHECK(skipped == m.lines_skipped);
        CHECK(estima::lines_skipped(folder.path()) == others.skipped);
        auto const newest = estima::newest_numbers(folder.path());
        CHECK(newest.size() == m.scalars.size());
        auto const histories = estima::read_histories(folder.path(), {"dense", "near"});
        CHECK(histories.size() == (m.scalars.contains("near") ? 2 : 1));
        for (auto const& [name, all] : m.scalars) {
            CAPTURE(name);
            CHECK(tells_same(std::vector{newest.at(name)}, std::vector{all.back()}));
            if (histories.contains(name)) CHECK(tells_same(histories.at(name), read(name)));
        }
        for (std::size_t const most : {std::size_t{1}, std::size_t{20}, std::size_t{600}}) {
            CHECK(is_end_of(estima::read_newest_others(folder.path(), "dense", most).at("list"), m.lists.at("dense"),
                            most));
            CHECK(is_end_of(estima::read_newest_others(folder.path(), "row", most).at("row"), m.rows.at("row"), most));
        }
        CHECK(is_end_of(estima::read_newest_others(folder.path(), "note", 0).at("document"), m.documents.at("note"),
                        m.documents.at("note").size()));
        CHECK(estima::read_newest_others(folder.path(), "near", 0).empty());
    }
    void check_extremes() const {
        auto const points = read("dense", {.max_points = 100});
        CHECK(
            std::any_of(points.begin(), points.end(), [](auto const& p) { return p.value == 1e9 && p.step == 5'678; }));
    }
};
}  // namespace

TEST_CASE("lines: what was read of a long file is kept, used and continued, and tells what the lines hold") {
    lines_folder const f;
    estima_test::append_file(f.lines(), some_lines(0, 11'000));
    f.check();
    CHECK_FALSE(std::filesystem::exists(f.kept()));  // not worth it
    estima_test::append_file(f.lines(), some_lines(11'000, 17'000));
    std::filesystem::permissions(f.lines(), std::filesystem::perms{0664});
    {
        estima_test::umask_here const of_who_looks{077};
        f.check();
    }
    CHECK((std::filesystem::status(f.kept()).permissions() & std::filesystem::perms::all) ==
          std::filesystem::perms{0664});
    f.check_extremes();
    REQUIRE(std::filesystem::exists(f.kept()));
    std::string const kept = estima::read_file(f.kept());
    CHECK(kept.size() < std::filesystem::file_size(f.lines()) / 10);
    f.check();
    f.check_extremes();
    estima_test::append_file(f.lines(), some_lines(17'000, 17'400) + R"({"name":"new","value":5,"time":9e9})"
                                                                     "\n"
                                                                     R"({"name":"new","value":6,"time":9e9})");
    f.check();
    CHECK(estima::read_file(f.kept()) == kept);
    estima_test::append_file(f.lines(), "\n" + some_lines(17'400, 32'000));
    f.check();
    CHECK(estima::read_file(f.kept()) != kept);
    f.check();
    f.check_extremes();
    // Another process, earlier files of the same one.
    estima_test::append_file(f.folder / "rank_1.jsonl", some_lines(3, 900));
    estima_test::append_file(f.folder / "rank_0.attempt_1.jsonl", some_lines(0, 70));
    CHECK(tells_same(f.read("dense", {.max_points = 0}), estima::read_metrics(f.folder.path()).points("dense")));
    CHECK(is_end_of(estima::read_newest_others(f.folder.path(), "dense", 30).at("list"),
                    estima::read_metrics(f.folder.path()).lists.at("dense"), 30));
}

TEST_CASE("lines: what is kept is passed over when it is damaged, or the file is another one") {
    lines_folder const f;
    std::string const lines = some_lines(0, 17'000);
    estima_test::append_file(f.lines(), lines);
    auto const first = f.read("dense"), far = f.read("far500");
    std::string const kept = estima::read_file(f.kept());
    std::mt19937 random{20240607};
    for (int round = 0; round < 10; ++round) {
        CAPTURE(round);
        std::string damaged = kept;
        std::size_t const at = round < 6 ? random() % 4000 : random() % damaged.size();
        damaged[at] = static_cast<char>(damaged[at] + 1);
        if (round % 4 == 3) damaged.resize(random() % damaged.size());
        estima::replace_file(f.kept(), damaged);
        CHECK(tells_same(f.read("dense"), first));
        CHECK(tells_same(f.read("far500"), far));
        CHECK(estima::read_others(f.folder.path()).named.at({"dense", "list"}).count == 340);
    }
    auto const check = [&f] {  // some points by what is kept, all of them by the lines
        auto const all = estima::read_metrics(f.folder.path()).points("dense");
        CHECK(tells_same(f.read("dense", {.max_points = 0}), all));
        auto const some = f.read("dense", {.max_points = 9});
        auto const by_value = [](auto const& x, auto const& y) {  // those that are none before all others
            return std::isnan(x.value) ? !std::isnan(y.value) : x.value < y.value;
        };
        CHECK(std::max_element(some.begin(), some.end(), by_value)->value ==
              std::max_element(all.begin(), all.end(), by_value)->value);
        CHECK(some.back().step == all.back().step);
    };
    check();
    // Changed without growing.
    auto const with_highest = [&lines](std::string const& value) {
        std::string other = lines;
        return other.replace(other.find(R"("value":0.000000)"), 16, R"("value":)" + value);
    };
    auto const kept_time = std::filesystem::last_write_time(f.lines());
    std::ofstream{f.lines()} << with_highest("99999e99");
    std::filesystem::last_write_time(f.lines(), kept_time + std::chrono::seconds{1});
    check();
    // Cut short; another file of the same end; the same file with other lines, and more of them.
    std::filesystem::resize_file(f.lines(), lines.size() - 1'000'000);
    check();
    estima::replace_file(f.lines(), lines);
    check();
    estima::replace_file(f.lines(), with_highest("88888e99"));
    check();
    std::ofstream{f.lines()} << "{}\n" << lines << some_lines(17'000, 18'000);
    check();
    std::filesystem::remove(f.kept());
    std::filesystem::create_directory(f.kept());  // it cannot be kept
    CHECK(f.read("near", {.max_points = 0}).size() == 3'600);
}

TEST_CASE("lines: the newest of several processes are found also where a clock was set back long before") {
    lines_folder const f;
    auto const log = [&f](char const* file, int count, int time) {
        std::string lines;
        for (int i = 0; i < count; ++i)
            lines +=
                R"({"name":"l","value":[)" + std::to_string(time + i) + R"(],"time":)" + std::to_string(time) + "}\n";
        estima_test::append_file(f.folder / file, lines);
    };
    log("rank_0.jsonl", 512, 1000);
    log("rank_0.jsonl", 100, 10);
    log("rank_1.jsonl", 30, 500);
    auto const told = estima::read_newest_others(f.folder.path(), "l", 20);
    CHECK(told.at("list").count == 642);
    for (auto const& v : told.at("list").values) CHECK(v.rank == 0);
}
