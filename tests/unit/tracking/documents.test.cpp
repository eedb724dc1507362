// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <estima/history/metrics.hpp>
#include <estima/history/terminal_metrics.hpp>
#include <estima/tracking/log_charts.hpp>
#include <estima/tracking/log_image.hpp>
#include <estima/tracking/log_reduced.hpp>

#include <support/error_of.hpp>
#include <support/scoped_variable.hpp>
#include <support/temporary_directory.hpp>

namespace {
using estima::json;

/// A run whose metrics are in a folder, and what is read back from there.
struct documents_of_a_run {
    estima_test::temporary_directory folder{};
    estima_test::scoped_variable id{"ESTIMA_RUN_ID", "digits_1700000000_0badcafe"};
    estima_test::scoped_variable file{"ESTIMA_METRICS_FILE", (folder / "rank_0.jsonl").string()};
    estima::run_context run = estima::run_context::current();

    estima::run_metrics metrics() const { return estima::read_metrics(folder.path()); }
    /// The only document of that name.
    json document(std::string const& name, std::string const& type) const {
        auto const all = metrics();
        REQUIRE(all.documents.contains(name));
        REQUIRE(all.documents.at(name).size() == 1);
        CHECK(all.documents.at(name)[0].value.type == type);
        CHECK(all.documents.at(name)[0].step == 3);
        CHECK(all.lines_skipped == 0);
        return json::parse(all.documents.at(name)[0].value.json);
    }
};
std::vector<double> const one_two{1, 2}, three_four{3, 4}, edges{0, 1, 2};

/// As Boost.MPI's, for one process that plays all of them.
struct told_communicator {
    int own_rank;
    std::vector<double> values;
    int rank() const { return own_rank; }
};
void gather(told_communicator const& comm, double, std::vector<double>& out, int) {
    if (comm.own_rank == 0) out = comm.values;
}
}  // namespace

TEST_CASE("a table is a document with its columns") {
    documents_of_a_run f;
    log_table(f.run, "lift", {{"decile", one_two}, {"a \"b\"", three_four}}, 3);
    CHECK(f.document("lift", "table") == json::parse(R"({"decile":[1.0,2.0],"a \"b\"":[3.0,4.0]})"));
}

TEST_CASE("charts are documents of Azure's schemas") {
    documents_of_a_run f;
    std::vector<std::string> const labels{"boot", "shirt"};
    log_confusion_matrix(f.run, "cm", labels, std::vector<double>{1, 2, 3, 4}, 3);
    json chart = f.document("cm", "confusion_matrix");
    CHECK(chart == json::parse(R"({"schema_type":"confusion_matrix","schema_version":"1.0.0",
                                   "data":{"class_labels":["boot","shirt"],"matrix":[[1.0,2.0],[3.0,4.0]]}})"));
    log_residuals(f.run, "r", edges, one_two, 3);
    chart = f.document("r", "residuals");
    CHECK(chart["data"] == json::parse(R"({"bin_edges":[0.0,1.0,2.0],"bin_counts":[1.0,2.0]})"));
    log_predictions(f.run, "p",
                    {.bin_averages = one_two, .bin_errors = one_two, .bin_counts = three_four, .bin_edges = edges}, 3);
    chart = f.document("p", "predictions");
    CHECK(chart["data"]["bin_counts"] == json::parse("[3.0,4.0]"));
    CHECK(chart["data"]["bin_edges"].size() == 3);
    log_accuracy_table(f.run, "roc", "boot", std::vector<double>{0, 0.5}, std::vector<double>{9, 1, 0, 0, 5, 0, 1, 4},
                       3);
    chart = f.document("roc", "accuracy_table");
    CHECK(chart["data"] == json::parse(R"({"probability_thresholds":[0.0,0.5],"class_labels":["boot"],
                                           "probability_tables":[[[9.0,1.0,0.0,0.0],[5.0,0.0,1.0,4.0]]]})"));
}

TEST_CASE("an accuracy table has a table for each class, and percentiles where they are given") {
    documents_of_a_run f;
    std::vector<std::string> const labels{"boot", "shirt"};
    std::vector<double> const thresholds{0.5}, counts{9, 1, 0, 0, 5, 0, 1, 4}, others{1, 2, 3, 4, 5, 6, 7, 8};
    log_accuracy_table(f.run, "roc",
                       {.class_labels = labels,
                        .probability_thresholds = thresholds,
                        .probability_counts = counts,
                        .percentile_thresholds = thresholds,
                        .percentile_counts = others},
                       3);
    json const chart = f.document("roc", "accuracy_table");
    CHECK(chart["data"] == json::parse(R"({"class_labels":["boot","shirt"],"probability_thresholds":[0.5],
        "probability_tables":[[[9.0,1.0,0.0,0.0]],[[5.0,0.0,1.0,4.0]]],"percentile_thresholds":[0.5],
        "percentile_tables":[[[1.0,2.0,3.0,4.0]],[[5.0,6.0,7.0,8.0]]]})"));
}

TEST_CASE("a document whose function throws is not logged: what it threw is said, and no memory is something else") {
    documents_of_a_run f;
    auto const throwing = [] () -> std::string { throw std::runtime_error{"no such layer: conv9"}; };
    auto const strange = [] () -> std::string { throw 5; };
    f.run.log_document("x", "summary", throwing);
    f.run.log_document("x", "summary", strange);
    CHECK(f.run.dropped() == 2);
    auto const strict = estima::run_context::current(estima::on_log_error::throw_);
    auto const told = estima_test::error_of([&] { strict.log_document("x", "summary", throwing); });
    CHECK(told.starts_with("[EST-621]"));
    CHECK(told.find("no such layer: conv9") != std::string::npos);
    CHECK(estima_test::error_of([&] { strict.log_document("x", "summary", strange); }).starts_with("[EST-621]"));
    auto const full = [] () -> std::string { throw std::bad_alloc{}; };
    CHECK(estima_test::error_of([&] { strict.log_document("x", "summary", full); }).starts_with("[EST-620]"));
    CHECK(f.metrics().empty());
}

TEST_CASE("two columns of one name are refused, of a table and of a row") {
    documents_of_a_run f;
    log_table(f.run, "t", {{"a", one_two}, {"b", one_two}, {"a", three_four}});
    f.run.log_row("r", {{"a", 1}, {"a", "x"}});
    CHECK(f.run.dropped() == 2);
    CHECK(f.metrics().empty());
    auto const strict = estima::run_context::current(estima::on_log_error::throw_);
    CHECK(estima_test::error_of([&] { strict.log_row("r", {{"a", 1}, {"a", 2}}); }).starts_with("[EST-621]"));
    f.run.log_row("r", {{"a", 1}, {"b", 2}});
    CHECK(f.metrics().rows.at("r").size() == 1);
}

TEST_CASE("charts whose sizes do not fit and images that are none are counted, or errors where that is asked for") {
    documents_of_a_run f;
    std::vector<double> const three{1, 2, 3};
    std::vector<std::string> const labels{"boot", "shirt"};
    std::ofstream{f.folder / "text.png"} << "no image";
    auto const refused = [](bool is_logged) { CHECK_FALSE(is_logged); };
    std::vector<std::function<void(estima::run_context const&)>> const wrong{
        [&](auto const& run) {
            log_table(run, "x", {{"a", one_two}, {"b", three}});
        },
        [&](auto const& run) { log_confusion_matrix(run, "x", labels, three); },
        [&](auto const& run) {
            log_confusion_matrix(run, "x", labels, std::vector<double>{1, 2, 3, 4, 5});
        },
        [&](auto const& run) { log_confusion_matrix(run, "x", {}, three); },
        [&](auto const& run) { log_residuals(run, "x", one_two, one_two); },
        [&](auto const& run) { log_residuals(run, "x", {}, {}); },
        [&](auto const& run) {
            log_predictions(run, "x",
                            {.bin_averages = one_two, .bin_errors = three, .bin_counts = one_two, .bin_edges = edges});
        },
        [&](auto const& run) {
            log_predictions(
                run, "x",
                {.bin_averages = one_two, .bin_errors = one_two, .bin_counts = one_two, .bin_edges = one_two});
        },
        [&](auto const& run) { log_accuracy_table(run, "x", "boot", one_two, three); },
        [&](auto const& run) { refused(log_image_bytes(run, "x", "no image")); },
        [&](auto const& run) { refused(log_image_bytes(run, "x", "")); },
        [&](auto const& run) { refused(log_image(run, "x", (f.folder / "text.png").string())); },
        [&](auto const& run) { refused(log_image(run, "x", (f.folder / "none.png").string())); },
        [&](auto const& run) { refused(log_image(run, "x", f.folder.path().string())); },
        [&](auto const& run) { refused(log_image(run, "x", "/dev/zero")); }};
    auto const asked = estima::run_context::current(estima::on_log_error::throw_);
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        CAPTURE(i);
        wrong[i](f.run);
        CHECK(f.run.dropped() == i + 1);
        CHECK_THROWS_WITH(wrong[i](asked), Catch::Contains("EST-621") && Catch::Contains("cannot log \"x\""));
    }
    CHECK(f.metrics().empty());
    CHECK_FALSE(std::filesystem::exists(f.folder / "media"));
    log_table(f.run, "x", {});
    CHECK(f.metrics().documents.at("x").size() == 1);
    estima_test::scoped_variable const no_file{"ESTIMA_METRICS_FILE", std::nullopt},
        no_run{"ESTIMA_RUN_ID", std::nullopt};
    auto const nothing = estima::run_context::current(estima::on_log_error::throw_);
    for (auto const& one : wrong) one(nothing);
    CHECK(nothing.dropped() == 0);
}

TEST_CASE("a document is refused where readers would take it for no JSON, and only there") {
    documents_of_a_run f;
    auto const asked = estima::run_context::current(estima::on_log_error::throw_);
    auto const quoted = [](std::string const& inner) { return '"' + inner + '"'; };
    auto const nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    std::vector<std::string> const texts{
        "",       " ",       "{not json",  "{}{}",      "{}",        "[]",       "[ ]",       "{ }",      "[1,]",
        "[,1]",   "{,}",     "[1 2]",      "{\"a\":1}", "{\"a\" 1}", "{\"a\":}", "{a:1}",     "{\"a\":1,}",
        "[1",     "1]",      "[1}",        "{\"a\":1]", "{1:2}",     "true",     "nul",       "null",
        "0",      "-0",      "-",          "01",        "1.",        ".5",       "1.5e3",     "1e",       "1e+",
        "1e400",  "-1e400",  "1e-400",     "1E+2",      "+1",        "1 ",       "\t[\n1\r]", "'a'",      "\"",
        "\"a",    "\"a\nb\"", "\"\\q\"",  "\"\\\"",  "[\"a\",{\"b\":[null,false,{}]}]", "123456789012345678901234567890",
        quoted("\\u00e9"), quoted("\\u00g9"), quoted("\\u12"), quoted("\\ud83d\\ude00"), quoted("\\ud83d"),
        quoted("\\ude00"), quoted("\\ud83dx"), quoted("\\ud83d\\u0041"), quoted("\xC3\xA9"), quoted("\xE9"),
        quoted("\\n\\t\\b\\f\\r\\/\\\\\\\""), quoted(std::string(1, '\0')), nested(1000), nested(1001),
        nested(100'000), "[[[]", "[]]", "// x\n1"};
    std::uint64_t refused = 0;
    for (std::string const& text : texts) {
        CAPTURE(text.substr(0, 50));
        std::size_t const before = f.metrics().documents["x"].size();
        f.run.log_document("x", "t", text);
        bool const is_read = f.metrics().documents["x"].size() == before + 1;
        bool const is_taken = f.run.dropped() == refused;
        CHECK(is_taken == is_read);
        if (text.size() < 2000) CHECK(is_taken == json::accept(text));
        refused = f.run.dropped();
        if (!is_taken) CHECK_THROWS_WITH(asked.log_document("x", "t", text), Catch::Contains("EST-621"));
    }
    CHECK(f.metrics().lines_skipped == 0);
    CHECK(refused > 30);
    for (std::string const& text : {std::string{"[1e999]"}, nested(5'000)})  // told why
        CHECK_THROWS_WITH(asked.log_document("x", "t", text),
                          Catch::Contains("numbers that a double can hold") && Catch::Contains("1,000 lists"));
}

TEST_CASE("NaN and the infinities in a document may be bare words, as Python writes them, and are read as texts") {
    documents_of_a_run f;
    f.run.log_document("log", "table", R"({"loss":[NaN,-Infinity,Infinity,1],"say \"NaN\\":"NaN, -Infinity"})", 3);
    f.run.log_document("none", "table", "[NaNN]");
    f.run.log_document("none", "table", "[-NaN]");
    f.run.log_document("none", "table", "\"NaN");
    CHECK(f.run.dropped() == 3);
    // As a script in Python writes it.
    std::ofstream{f.folder / "rank_0.jsonl", std::ios::app}
        << R"({"name": "dump", "type": "table", "value": {"loss": [NaN, -Infinity, Infinity, 1]}, "step": 3})" "\n"
        << R"({"name": "row", "type": "table", "value": {"loss": NaN}, "step": 3})" "\n";
    json const told = {{"loss", {"NaN", "-Infinity", "Infinity", 1}}};
    CHECK(f.document("dump", "table") == told);
    CHECK(f.document("row", "table") == json{{"loss", "NaN"}});
    json logged = f.document("log", "table");
    CHECK(logged["say \"NaN\\"] == "NaN, -Infinity");
    logged.erase("say \"NaN\\");
    CHECK(logged == told);
}

TEST_CASE("a document of one's own is any JSON, on however many lines") {
    documents_of_a_run f;
    f.run.log_document("tree", "my_tree", "{\n  \"left\": [1, {\"x\": null}]\n}", 3);
    CHECK(f.document("tree", "my_tree") == json::parse(R"({"left":[1,{"x":null}]})"));
    f.run.log_document("bad", "my_tree", "{\"left\": }");
    CHECK(f.run.dropped() == 1);
    CHECK(f.metrics().lines_skipped == 0);
    // As a program in another language may write it.
    std::ofstream{f.folder / "rank_0.jsonl", std::ios::app}
        << R"({"name":"bad","type":"my_tree","value":{"left": }})" "\n";
    CHECK(f.metrics().lines_skipped == 1);
    CHECK_FALSE(f.metrics().documents.contains("bad"));
}

TEST_CASE("a document that nobody wants is not even made") {
    estima_test::scoped_variable const none{"ESTIMA_METRICS_FILE", {}};
    estima::run_context const run = estima::run_context::current();
    bool made = false;
    run.log_document("x", "t", [&made] {
        made = true;
        return std::string{"{}"};
    });
    CHECK_FALSE(made);
    CHECK_FALSE(log_image_bytes(run, "x", "\x89PNG"));
}

TEST_CASE("an image is kept once beside the metrics, however often it is logged") {
    documents_of_a_run f;
    std::string const png = "\x89PNG and pixels";
    std::ofstream{f.folder / "a.png", std::ios::binary} << png;
    CHECK(log_image(f.run, "digits", (f.folder / "a.png").string(), 3));
    std::string const path = f.document("digits", "image").at("path");
    CHECK(path.starts_with("media/"));
    CHECK(path.ends_with(".png"));
    CHECK(std::filesystem::file_size(f.folder / path) == png.size());
    CHECK(log_image_bytes(f.run, "digits", png, 4));
    CHECK(f.metrics().documents.at("digits").size() == 2);
    CHECK(std::distance(std::filesystem::directory_iterator{f.folder / "media"}, {}) == 1);
    CHECK_FALSE(log_image(f.run, "none", (f.folder / "none.png").string()));
    CHECK(f.metrics().documents.size() == 1);
}

TEST_CASE("what all processes have is logged by the first, once") {
    documents_of_a_run f;
    log_reduced(told_communicator{1, {}}, f.run, "loss", 9, 5);
    CHECK(f.metrics().empty());
    log_reduced(told_communicator{0, {1, 4, 2.5}}, f.run, "loss", 1, 5);
    auto const m = f.metrics();
    CHECK(m.last("loss/mean") == 2.5);
    CHECK(m.last("loss/min") == 1);
    CHECK(m.last("loss/max") == 4);
    CHECK(m.points("loss/max")[0].step == 5);
    double const nan = std::numeric_limits<double>::quiet_NaN();
    for (std::vector<double> const& all : {std::vector{nan, 4., 2.}, {4., nan, 2.}, {2., 4., nan}}) {
        log_reduced(told_communicator{0, all}, f.run, "nan", 1);
        CHECK(std::isnan(*f.metrics().last("nan/mean")));
        CHECK(f.metrics().last("nan/min") == 2);
        CHECK(f.metrics().last("nan/max") == 4);
    }
    log_reduced(told_communicator{0, {1.7e308, 1.7e308, -1.7e308, 1.7e308}}, f.run, "huge", 1);
    CHECK(f.metrics().last("huge/mean") == 0.85e308);
    double const endless = std::numeric_limits<double>::infinity();
    log_reduced(told_communicator{0, {1, endless}}, f.run, "endless", 1);
    CHECK(f.metrics().last("endless/mean") == endless);
    log_reduced(told_communicator{0, std::vector<double>(49, 0.1)}, f.run, "same", 1);
    CHECK(*f.metrics().last("same/mean") == Approx(0.1).epsilon(1e-15));
}

TEST_CASE("documents are in the table of metrics by their type") {
    documents_of_a_run f;
    log_table(f.run, "lift", {{"x", one_two}});
    std::ostringstream out;
    print_metrics_table(out, f.metrics());
    CHECK(out.str() == "lift: 1 x table\n");
}
