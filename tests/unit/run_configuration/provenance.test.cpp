// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include <estima/run_configuration/explain.hpp>
#include <estima/runconfig_file/read_runconfig.hpp>

namespace {
using namespace estima;

explained_field of(std::vector<explained_field> const& all, std::string const& key) {
    auto const found = std::find_if(all.begin(), all.end(), [&](explained_field const& one) { return one.key == key; });
    return found == all.end() ? explained_field{"not there", "", ""} : *found;
}
}  // namespace

TEST_CASE("each field is told with its value and who set it") {
    run_configuration c{.script = "train.py", .communicator = "Mpi", .node_count = 2};
    c.environment.environment_variables = {{"A", "1"}, {"B", "2"}};
    c.environment.docker.enabled = true;
    c.unknown.text = R"({"mine":1})";
    provenance origin;
    origin.set("communicator", "policy mpi");
    origin.set("mpi", "policy mpi");
    origin.set("nodeCount", "field node_count");
    origin.set("environment.environmentVariables", "policy environment_variables");
    origin.set("environment.environmentVariables.B", "field environment_variables");
    auto const all = explained(c, origin);
    CHECK(of(all, "communicator").set_by == "policy mpi");
    CHECK(of(all, "communicator").value == "\"Mpi\"");
    CHECK(of(all, "mpi.processCountPerNode").set_by == "policy mpi");  // what a key says holds below it
    CHECK(of(all, "nodeCount").set_by == "field node_count");
    CHECK(of(all, "environment.environmentVariables.A").set_by == "policy environment_variables");
    CHECK(of(all, "environment.environmentVariables.B").set_by == "field environment_variables");
    CHECK(of(all, "environment.docker.enabled").set_by == "the program");
    CHECK(of(all, "environment.docker.shmSize").set_by == "default");
    CHECK(of(all, "hdi.yarnDeployMode").set_by == "default");
    CHECK(of(all, "mine").set_by == "not known to estima: kept");
    CHECK(all.front().key == "script");  // the order of files

    auto const few = explained(c, origin, explain_defaults::no);
    CHECK(of(few, "hdi.yarnDeployMode").key == "not there");
    CHECK(few.size() == 7);
}

TEST_CASE("what a file leaves out of its data and packages is a default") {
    loaded_runconfig const loaded = parse_runconfig(
        "data: {in: {mechanism: mount}}\ndataReferences: {d: {dataStoreName: s}}\n"
        "environment: {spark: {packages: [{group: g}]}}\n", "f");
    auto const all = explained(loaded.configuration, loaded.origin);
    CHECK(of(all, "data.in.mechanism").set_by == "file f:1");
    CHECK(of(all, "data.in.overwrite").set_by == "default");
    CHECK(of(all, "dataReferences.d.mode").set_by == "default");
    CHECK(of(all, "environment.spark.packages").set_by == "file f:3");
    run_configuration changed = loaded.configuration;
    changed.data_references["d"].mode = "upload";
    CHECK(of(explained(changed, loaded.origin), "dataReferences.d.mode").set_by == "the program");
}

TEST_CASE("the table has a line for each field, and cuts what is long between characters") {
    run_configuration c{.script = std::string(36, 'a') + "\xC3\xBC\xC3\xBC", .arguments = {"two\nlines"}};
    std::string const table = explain(c);
    CHECK(table.find("\"" + std::string(36, 'a') + "...") != std::string::npos);
    CHECK(table.find("two\\nlines") != std::string::npos);
    CHECK(static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n')) == explained(c, {}).size());
    CHECK(explain({}, {}, explain_defaults::no).empty());
    c.script = "\xff";
    CHECK_NOTHROW(explain(c));
}
