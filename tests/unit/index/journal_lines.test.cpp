// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

#include <estima/history/run_record.hpp>
#include <estima/index/journal_line.hpp>
#include <estima/index/read_run.hpp>
#include <estima/system/clock.hpp>

#include "../../support/many_runs.hpp"

namespace {
using namespace estima;
using estima_test::many_runs;
using estima_test::text_of;

std::string mutated(std::string line, std::mt19937& random) {
    auto const any = [&random](std::size_t n) { return random() % n; };
    std::vector<std::string> const pieces{
        "\"", "{", "}", ",", ":", "\\", "1e999", "1.5", "-", "null", "[]", "\"tag\"", "\xC3\xA4", "\xFF", " ", "0",
        "\"event\":\"status\",", "\"name\":{},", "\\u0041", "true", "é"};
    for (auto n = any(3); n > 0 && !line.empty(); --n) {
        std::size_t const at = any(line.size());
        switch (any(3)) {
            case 0: line.erase(at, any(6)); break;
            case 1: line.insert(at, pieces[any(pieces.size())]); break;
            default: line[at] = static_cast<char>(any(256)); break;
        }
    }
    std::erase(line, '\n');
    return line;
}
}  // namespace

TEST_CASE("lines of a journal mean to the index what they mean to run_record, foreign and damaged ones too") {
    std::vector<std::string> const lines{
        R"({"display_name":"d","event":"created","experiment":"e","parameters":{"a":"1"},"run_id":"r","tags":{"x":"y"},"time":"2026-01-31T08:05:00.000250Z"})",
        R"({"event":"created","properties":{},"tags":{"x":"z"},"time":"2026-01-31T08:05:01.999999Z","user":"u"})",
        R"({"event":"status","status":"Preparing","time":"2026-01-31T08:05:02.000000Z"})",
        R"({"event":"status","status":"Starting","time":"2026-02-28T23:59:59.5Z"})",
        R"({"event":"status","status":"Running","time":"1969-12-31T23:59:59.000001Z"})",
        R"({"event":"status","grace_seconds":3.5,"status":"CancelRequested","time":"2000-02-29T00:00:00.000000Z"})",
        R"({"error":{"id":"EST-421","message":"m","stderr_tail":["a"]},"event":"status","status":"Failed","time":"2026-01-31T08:05:02.000000Z"})",
        R"({"event":"status","status":"Completed","time":"2026-01-31T08:05:02.000000Z"})",
        R"({"event":"tag","name":"n","time":"","value":"v"})",
        R"({"event":"untag","name":"n","time":""})",
        R"({"event":"untag","name":"x","time":""})",
        R"({"event":"property","name":"n","value":"v"})",
        R"({"event":"property","name":"n","value":"w"})",
        R"({"event":"parameter","name":"n","value":"v"})",
        R"({"event":"rank_exit","exit_code":-1,"rank":0,"time":"2026-01-31T08:05:02.000000Z","wall_seconds":0.25})",
        R"({"event":"tag","name":"a \"quoted\" \u00e4","time":"","value":"\t"})",
        R"({"bytes":123456789012345678901234567890,"event":"tag","name":"big","value":"v"})",
        R"({"event":"created","tags":{"b":"1","a":"2","b":"3"}})",
        R"({"event":"created","run_id":"x","tags":null})",
        "\xEF\xBB\xBF"
        R"({"event":"tag","name":"mark","value":"v"})",
        R"({"a":)" + std::string(2000, '[') + std::string(2000, ']') + R"(,"event":"tag","name":"deep","value":"v"})",
        R"({"a":{"event":"tag"},"event":"warning","message":"m"})"};
    std::mt19937 random{3};
    detail::journal_lines reader;
    for (int round = 0; round < 4000; ++round) {
        run_record record;
        run_summary run;
        std::string told;
        for (auto n = random() % 12 + 1; n > 0; --n) {
            std::string line = lines[random() % lines.size()];
            if (random() % 2 == 0) line = mutated(line, random);
            told += line + "\n";
            json const event = json::parse(line, nullptr, false);
            try {
                if (event.is_object()) record.apply(event);
            } catch (json::exception const&) {
            }
            reader.take(line, run);
        }
        INFO(told);
        REQUIRE(run.run_id == record.run_id);
        REQUIRE(run.experiment == record.experiment);
        REQUIRE(run.display_name == record.display_name);
        REQUIRE(run.user == record.user);
        REQUIRE(run.status == record.status);
        REQUIRE(run.created_time == record.created);
        REQUIRE(run.start_time == record.time_of(run_status::running));
        REQUIRE(run.end_time == (is_terminal(record.status) ? record.time_of(record.status) : 0));
        REQUIRE(run.tags == record.tags);
        REQUIRE(run.properties == record.properties);
        REQUIRE(run.parameters == record.parameters);
        REQUIRE(run.error_id == (record.error ? record.error->id : ""));
    }
}

TEST_CASE("a time is read as it was written") {
    std::mt19937_64 random{5};
    for (int i = 0; i < 20000; ++i) {
        std::int64_t const microseconds = static_cast<std::int64_t>(random() % 253'402'300'799'000'000ULL);
        double const seconds =
            static_cast<double>(microseconds / 1'000'000) + static_cast<double>(microseconds % 1'000'000) / 1e6;
        std::string const text = utc_text(seconds);
        // The second text is of another shape, which the C library reads.
        REQUIRE(utc_seconds(text) == utc_seconds(text.substr(0, text.size() - 1) + "0Z"));
        REQUIRE(std::abs(utc_seconds(text) - seconds) < 1e-5);
    }
    CHECK(utc_seconds("1970-01-01T00:00:00.000000Z") == 0);
    CHECK(utc_seconds("2000-02-29T12:00:00.500000Z") == 951825600.5);
    CHECK(utc_seconds("nonsense") == 0);
    // A text that is read and written again is the same, and a fraction that is rounded up is the next second.
    for (int i = 0; i < 20000; ++i) {
        std::string fraction = std::to_string(random() % 1'000'000);
        fraction.insert(0, 6 - fraction.size(), '0');
        std::string const text = "2026-01-31T08:05:59." + fraction + "Z";
        REQUIRE(utc_text(utc_seconds(text)) == text);
    }
    CHECK(utc_text(59.9999996) == "1970-01-01T00:01:00.000000Z");
    CHECK(utc_text(59.9999994) == "1970-01-01T00:00:59.999999Z");
}

TEST_CASE("torn, doubled, foreign and very long lines spoil nothing else") {
    many_runs runs;
    std::string const id = runs.add(1, false);
    detail::indexed_run run;
    detail::run_reader reader{(runs.path() / "runs").string()};
    auto const same_as_truth = [&] {
        reader.read(id, run);
        INFO(text_of(run.summary));
        return text_of(run.summary) == text_of(runs.truth(id));
    };
    CHECK(same_as_truth());
    std::filesystem::path const journal = runs.directory(id).journal(), metrics = runs.directory(id).metrics_file(0);
    auto const add = [&](std::string const& text) { many_runs::append(journal, text); };
    add(R"({"event":"tag","name":"a")");
    CHECK(same_as_truth());
    add(R"(,"value":"1"})" "\n");
    CHECK(same_as_truth());
    CHECK(run.summary.tags.at("a") == "1");
    add(R"({"event":"tag","na)"
        "\n"
        R"({"event":"tag","name":"b","value":"2"})"
        "\n"
        R"({"event":"tag","name":"b","value":"2"})"
        "\n");
    add(R"({"event":"tag","name":"team","value":"changed"})" "\n");
    add(estima::read_file(journal).substr(0, estima::read_file(journal).find('\n') + 1));  // the run is made once more
    CHECK(same_as_truth());
    CHECK(run.summary.tags.at("team") == "changed");
    add("\n\n<xml/>\n[1,2]\n\"event\"\n" + std::string(1, '\0') + "\n\xEF\xBB\xBF{}\n{\"event\":\"\xFF\"}\n");
    CHECK(same_as_truth());
    add(R"({"event":"tag","name":"long","value":")" + std::string(3'000'000, 'x') + "\"}\n");
    add(std::string(1'000'000, '{') + "\n" + R"({"event":"tag","name":"c","value":"3"})" "\n");
    CHECK(same_as_truth());
    CHECK(run.summary.tags.at("long").size() == 3'000'000);
    CHECK(run.summary.tags.at("c") == "3");
    many_runs::append(
        metrics, std::string(600'000, 'x') + "\n{\"name\":\"m\",\"value\":1}\n{\"name\":\"m\",\"value\":NaN}\n{\"na");
    many_runs::append(runs.directory(id).metrics_file(3), "{\"name\":\"m\",\"value\":5,\"time\":3}");
    CHECK(same_as_truth());
    many_runs::append(metrics, "me\":\"m\",\"value\":[1,2]}\n{\"name\":\"m\",\"value\":-Infinity,\"time\":4}");
    CHECK(same_as_truth());
    CHECK(run.summary.metrics.at("m").count == 4);

    // Its end before what comes before it.
    add(R"({"event":"status","status":"Completed","time":"2026-01-31T08:05:02.000000Z"})" "\n"
        R"({"event":"status","status":"Finalizing","time":"2026-01-31T08:05:02.000000Z"})" "\n");
    CHECK(same_as_truth());
    CHECK(run.summary.status == run_status::completed);

    // Cut short, and replaced by something longer.
    std::filesystem::resize_file(journal, 300);
    CHECK(same_as_truth());
    std::filesystem::resize_file(metrics, 0);
    CHECK(same_as_truth());
    std::string const other = runs.add(2);
    replace_file(journal, read_file(runs.directory(other).journal()) + std::string(4000, '\n'));
    replace_file(metrics, std::string(4000, '\n') + "{\"name\":\"new\",\"value\":1}\n");
    CHECK(same_as_truth());
    std::filesystem::remove(runs.directory(id).metrics_file(3));
    CHECK(same_as_truth());
    std::filesystem::remove_all(runs.directory(id).metrics());
    CHECK(same_as_truth());
    CHECK(run.summary.metrics.empty());
    std::filesystem::remove(journal);
    CHECK(reader.read(id, run) == detail::run_found::changed);
    CHECK(run.summary.error_id == detail::run_reader::lost_journal);
    std::filesystem::remove_all(runs.directory(id).path);
    CHECK(reader.read(id, run) == detail::run_found::gone);
}

TEST_CASE("a record of the index reads back as it was, and damage to any byte of it is seen") {
    many_runs runs;
    detail::run_reader reader{(runs.path() / "runs").string()};
    for (int i = 0; i < 20; ++i) {
        detail::indexed_run run;
        reader.read(runs.add(i, i % 3 != 0), run);
        std::string const bytes = detail::to_bytes(run);
        detail::indexed_run const back = detail::indexed_run_from(bytes);
        CHECK(text_of(back.summary) == text_of(run.summary));
        CHECK(detail::to_bytes(back) == bytes);
        detail::indexed_run again = back;
        CHECK(reader.read(runs.id(i), again) ==
              (run.metrics_changed == -2 ? detail::run_found::changed : detail::run_found::same));
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
            CHECK_THROWS_AS(detail::indexed_run_from(damaged), detail::sqlite_failure);
            CHECK_THROWS_AS(detail::indexed_run_from(std::string_view{bytes}.substr(0, at)), detail::sqlite_failure);
        }
    }
}
