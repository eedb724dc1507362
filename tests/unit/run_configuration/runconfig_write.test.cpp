// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include <estima/runconfig_file/write_runconfig.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>

#include "generated_configuration.hpp"
#include "read_text.hpp"

namespace {
using namespace estima;

using estima_test::read;
bool has_line(std::string const& text, std::string const& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}
}  // namespace

TEST_CASE("any run configuration is read back from the file that it is written to") {
    estima_test::configuration_generator generator{2};
    for (int i = 0; i < 200; ++i) {
        run_configuration const c = generator.next();
        written_runconfig const yaml = runconfig_text(c);
        INFO(yaml.text);
        REQUIRE(to_json(read(yaml.text)) == to_json(c));
        REQUIRE(read(yaml.text) == c);
        REQUIRE(read(runconfig_json_text(c).text) == c);
        // writing what was read, with the comments that it had, is the same text
        loaded_runconfig const loaded = parse_runconfig(yaml.text);
        REQUIRE(runconfig_text(loaded.configuration, loaded.comments).text == yaml.text);
    }
}

TEST_CASE("a file has all keys in Azure's order, each below a comment that starts the line") {
    std::string const text = runconfig_text({.script = "train.py"}).text;
    std::size_t at = 0;
    for (char const* key : {"\nscript:",
                            "\narguments:",
                            "\ntarget:",
                            "\nframework:",
                            "\ncommunicator:",
                            "\nmaxRunDurationSeconds:",
                            "\nnodeCount:",
                            "\npriority:",
                            "\nenvironment:",
                            "\n  environmentVariables:",
                            "\n  python:",
                            "\n    interpreterPath:",
                            "\n  docker:",
                            "\n    baseImageRegistry:",
                            "\n      address:",
                            "\n  spark:",
                            "\n  databricks:",
                            "\nhistory:",
                            "\nspark:",
                            "\ndocker:",
                            "\nhdi:",
                            "\ntensorflow:",
                            "\nmpi:",
                            "\npytorch:",
                            "\nparalleltask:",
                            "\ndataReferences:",
                            "\ndata:",
                            "\nsourceDirectoryDataStore:",
                            "\namlcompute:",
                            "\n  clusterMaxNodeCount:",
                            "\nkubernetescompute:",
                            "\ncredentialPassthrough:",
                            "\ncommand:",
                            "\nenvironmentVariables:"}) {
        INFO(key);
        std::size_t const found = ("\n" + text).find(key, at);
        REQUIRE(found != std::string::npos);
        at = found;
        CHECK(("\n" + text)[("\n" + text).rfind('\n', found - 1) + 1] == '#');
    }
    for (char const* absent :
         {"displayName", "tags", "autoPrepareEnvironment", "condaDependencies:", "passwordVariable", "datacaches"}) {
        INFO(absent);
        CHECK(text.find(absent) == std::string::npos);
    }
    CHECK(has_line(text, "script: train.py"));
    CHECK(has_line(text, "communicator: None"));
    CHECK(has_line(text, "maxRunDurationSeconds:"));
    CHECK(has_line(text, "arguments: []"));
    CHECK(has_line(text, "dataReferences: {}"));
    CHECK(has_line(text, "    spark.app.name: Azure ML Experiment"));
}

TEST_CASE("the committed file of an example is what is written") {
    run_configuration c{.script = "train.py",
                        .arguments = {"--epochs", "20", "--name", "two words"},
                        .target = "gpu-pool",
                        .communicator = "Mpi",
                        .max_run_duration_seconds = 5400,
                        .node_count = 2};
    c.environment.environment_variables = {{"OMP_NUM_THREADS", "4"}, {"Mixed_case", "no"}};
    c.environment.python.conda_dependencies =
        conda_section{.channels = {"conda-forge"}, .dependencies = {{"python=3.8"}, {"horovod"}}};
    c.mpi.process_count_per_node = 2;
    c.data_references["images"] = {.data_store_name = "workspaceblobstore", .path_on_data_store = "digits"};
    c.tags = {{"team", "vision"}};
    c.unknown.text = R"({"environment":{"inferencingStackVersion":null}})";
    std::string const path = estima_test::source_folder() + "/golden/mpi.runconfig",
                      text = runconfig_text(c).text;
    if (std::getenv("ESTIMA_WRITE_GOLDEN") != nullptr) replace_file(path, text);
    CHECK(read_file(path) == text);
    CHECK(read(read_file(path)) == c);
}

TEST_CASE("a user's comments stand in place of estima's") {
    std::string const before =
        "# ours, since March\n#  and more\nscript: a.py\nmpi:\n  # each has 8 cores\n  processCountPerNode: 8\nmine: "
        "1\n# the end\n";
    loaded_runconfig const loaded = parse_runconfig(before);
    std::string const after = runconfig_text(loaded.configuration, loaded.comments).text;
    CHECK(has_line(after, "# ours, since March\n#  and more\nscript: a.py"));
    CHECK(has_line(after, "# each has 8 cores\n  processCountPerNode: 8"));
    CHECK(after.substr(after.size() - 10) == "# the end\n");
    CHECK(after.find("Entry script") == std::string::npos);
    CHECK(read(after) == loaded.configuration);
}

TEST_CASE("what a file cannot say is told") {
    run_configuration c{.script = "a.py", .display_name = "first"};
    c.environment.docker.base_image_registry = {.address = "r", .username = "u", .password = secret{"swordfish"}};
    written_runconfig const written = runconfig_text(c);
    CHECK(written.text.find("swordfish") == std::string::npos);
    CHECK(has_line(written.text, "      password:"));
    REQUIRE(written.warnings.size() == 2);
    CHECK(written.warnings[0].id == "EST-123");
    CHECK(written.warnings[0].where == "displayName");
    CHECK(written.warnings[1].id == "EST-122");
    CHECK(runconfig_json_text(c).text.find("swordfish") == std::string::npos);
    CHECK(runconfig_json_text(c).warnings.size() == 1);
    for (run_configuration const& own :
         {run_configuration{.framework = "Native"}, run_configuration{.communicator = "MultiWorker"}})
        for (written_runconfig const& text : {runconfig_text(own), runconfig_json_text(own)}) {
            REQUIRE(text.warnings.size() == 1);
            CHECK(text.warnings[0].id == "EST-123");
        }
    c.script = "\xff";
    CHECK_THROWS_WITH(runconfig_text(c), Catch::Matchers::Contains("EST-102"));
}

TEST_CASE("sparse JSON says what Azure's versions have different defaults for") {
    json const j = json::parse(runconfig_json_text({}).text);
    CHECK(j == json{{"script", nullptr},
                    {"environment", {{"environmentVariables", json::object()}, {"docker", {{"shmSize", "2g"}}}}},
                    {"amlcompute", {{"clusterMaxNodeCount", nullptr}}}});
}
