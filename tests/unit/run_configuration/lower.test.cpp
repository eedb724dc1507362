// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <chrono>
#include <filesystem>
#include <limits>

#include <estima/estimator.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/system/files.hpp>

namespace {
using namespace estima;

std::vector<std::string> arguments(std::vector<script_param> params) {
    return lower(estimator<>{{.script_params = std::move(params)}}).arguments;
}
using list = std::vector<std::string>;

/// The committed file of that name, in sparse JSON. Set ESTIMA_WRITE_GOLDEN to write it anew, then read the difference.
void check_golden(std::string const& name, run_configuration const& c) {
    std::string const path = std::string{ESTIMA_TEST_SOURCE_DIR} + "/golden/" + name + ".json";
    std::string const text = to_sparse_json(c).dump(2) + "\n";
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, text);
    CHECK(read_file(path) == text);
    CHECK(run_configuration_from_json(json::parse(read_file(path))) == c);
}
}  // namespace

TEST_CASE("script parameters keep their order and their exact text") {
    CHECK(arguments({{"--b", 2}, {"--a", 1}}) == list{"--b", "2", "--a", "1"});
    CHECK(arguments({{"--text", "two words"}, {"--empty", ""}}) == list{"--text", "two words", "--empty", ""});
    CHECK(arguments({{"--verbose", flag}, {"-q", flag}}) == list{"--verbose", "-q"});
    CHECK(arguments({{"--shuffle", true}, {"--fast", false}}) == list{"--shuffle", "true", "--fast", "false"});
    CHECK(arguments({{"", "positional"}}) == list{"positional"});
    CHECK(arguments({{"--data", std::filesystem::path{"/data/a b"}}}) == list{"--data", "/data/a b"});
}

TEST_CASE("numbers become the shortest text that reads back to the same value") {
    CHECK(arguments({{"", 0.8}, {"", 0.1f}, {"", 1e-10}, {"", 5.0}}) == list{"0.8", "0.1", "1e-10", "5"});
    CHECK(arguments({{"", -7}, {"", 18446744073709551615ull}, {"", std::int8_t{-3}}}) == list{"-7", "18446744073709551615", "-3"});
    double const third = 1.0 / 3;
    CHECK(std::stod(arguments({{"", third}})[0]) == third);
}

TEST_CASE("an estimator lowers to the committed run configuration") {
    check_golden("generic_defaults", lower(estimator<>{{.source_directory = "digits", .entry_script = "train.py"}}));
    check_golden("scikit_learn", lower(estimator<scikit_learn<>, local, environment<user_managed, interpreter_path<"/usr/bin/python3">>>{
                                     {.source_directory = "digits",
                                      .entry_script = "train.py",
                                      .script_params = {{"--regularization", 0.8}, {"--verbose", flag}},
                                      .environment_variables = {{"OMP_NUM_THREADS", "1"}},
                                      .max_run_duration = 90_min,
                                      .display_name = "first try",
                                      .tags = {{"team", "vision"}}}}));
    check_golden("pytorch_gloo", lower(estimator<pytorch<>, gloo<process_count_per_node<2>>>{{.entry_script = "train.py"}}));
    check_golden("native_mpi", lower(estimator<native, mpi<>>{{.entry_script = "bin/train", .node_count = 1, .process_count_per_node = 4}}));
}

TEST_CASE("run-time counts fill what the policy leaves open") {
    run_configuration const c = lower(estimator<mpi<>>{{.node_count = 2, .process_count_per_node = 3}});
    CHECK(c.node_count == 2);
    CHECK(c.process_count_per_node() == 3);
    CHECK(c.process_count() == 6);
    run_configuration const g = lower(estimator<gloo<node_count<1>>>{{.process_count_per_node = 3}});
    CHECK(g.pytorch.process_count == 3);
    CHECK(g.process_count_per_node() == 3);
    CHECK(lower(estimator<mpi<>>{{}}).process_count() == 1);
}

TEST_CASE("the longest run duration is whole seconds, rounded up, or null") {
    CHECK_FALSE(lower(estimator<>{{}}).max_run_duration_seconds);
    CHECK(lower(estimator<>{{.max_run_duration = 1500_ms}}).max_run_duration_seconds == 2);
    CHECK(lower(estimator<>{{.max_run_duration = std::chrono::minutes{3}}}).max_run_duration_seconds == 180);
    CHECK(to_json(lower(estimator<>{{}}))["maxRunDurationSeconds"].is_null());
}

TEST_CASE("equal configurations have equal hashes, and any difference shows") {
    job_fields fields{.entry_script = "train.py", .script_params = {{"--lr", 0.1}}};
    run_configuration const a = lower(estimator<>{fields});
    CHECK(hash(a) == hash(lower(estimator<generic, local>{fields})));
    CHECK(hash(a).size() == 64);
    fields.script_params[0].value = 0.2;
    CHECK(hash(a) != hash(lower(estimator<>{fields})));
    fields.script_params[0].value = "0.1";  // the process sees no difference
    CHECK(hash(a) == hash(lower(estimator<>{fields})));
}

TEST_CASE("an interpreter's relative path is anchored where the program runs") {
    run_configuration c;
    for (auto const& [given, expected] : std::vector<std::pair<std::string, std::string>>{
             {"python3", "python3"}, {"/usr/bin/python3", "/usr/bin/python3"}, {"venv/bin/python", "/home/me/venv/bin/python"}}) {
        c.environment.python.interpreter_path = given;
        CHECK(with_interpreter_from(c, "/home/me").environment.python.interpreter_path == expected);
    }
}

TEST_CASE("JSON that is no run configuration is refused with the member's name") {
    auto refusal = [](char const* text) -> std::string {
        try {
            (void)run_configuration_from_json(json::parse(text));
        } catch (error const& e) {
            return e.id() + " " + e.text().where;
        }
        return "taken";
    };
    CHECK(refusal(R"({})") == "taken");
    CHECK(refusal(R"({"unknown": 1, "nodeCount": null})") == "taken");
    CHECK(refusal(R"([])") == "EST-101 ");
    CHECK(refusal(R"({"nodeCount": "2"})") == "EST-101 nodeCount");
    CHECK(refusal(R"({"nodeCount": 0})") == "EST-101 nodeCount");
    CHECK(refusal(R"({"nodeCount": 1.5})") == "EST-101 nodeCount");
    CHECK(refusal(R"({"nodeCount": 99999999999})") == "EST-101 nodeCount");
    CHECK(refusal(R"({"arguments": [1]})") == "EST-101 arguments.0");
    CHECK(refusal(R"({"environment": {"python": {"interpreterPath": 3}}})") == "EST-101 environment.python.interpreterPath");
    CHECK(refusal(R"({"environment": 3})") == "EST-101 environment");
}

TEST_CASE("text that JSON cannot hold is refused when it is written") {
    run_configuration c;
    c.arguments = {"\xff"};
    CHECK_THROWS_WITH(canonical_json(c), Catch::Matchers::Contains("EST-102"));
}
