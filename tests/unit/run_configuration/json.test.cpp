// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <set>
#include <string>

#include <estima/run_configuration/json.hpp>

#include "generated_configuration.hpp"

namespace {
using namespace estima;

run_configuration read_json(char const* text) { return run_configuration_from_json(json::parse(text)); }
std::string refusal_of_json(std::string const& text) {
    try {
        (void)run_configuration_from_json(json::parse(text));
    } catch (error const& e) {
        return e.id() + " " + e.text().where;
    }
    return "taken";
}
}  // namespace

TEST_CASE("any run configuration is read back from its JSON, complete or sparse") {
    estima_test::configuration_generator generator{1};
    for (int i = 0; i < 300; ++i) {
        run_configuration const c = generator.next();
        json const complete = to_json(c), sparse = to_sparse_json(c);
        INFO(complete.dump(2));
        REQUIRE(run_configuration_from_json(complete) == c);
        REQUIRE(run_configuration_from_json(sparse) == c);
        REQUIRE(run_configuration_from_json(json::parse(canonical_json(c))) == c);
    }
}

TEST_CASE("a run configuration in which nothing is set is nothing in sparse JSON") {
    CHECK(to_sparse_json({}) == json::object());
    CHECK(canonical_json({}) == "{}");
    CHECK(canonical_json({.script = "a.py", .node_count = 2}) == R"({"nodeCount":2,"script":"a.py"})");
    CHECK(read_json("{}") == run_configuration{});
}

TEST_CASE("complete JSON has Azure's keys and defaults") {
    json const all = to_json(run_configuration{});
    for (char const* pointer :
         {"/script", "/maxRunDurationSeconds", "/environment/python/condaDependenciesFile",
          "/environment/docker/baseImageRegistry/password", "/amlcompute/vmSize", "/pytorch/processCount",
          "/sourceDirectoryDataStore", "/environment/docker/gpuSupport", "/kubernetescompute/instanceType"}) {
        INFO(pointer);
        CHECK(all.at(json::json_pointer{pointer}).is_null());
    }
    CHECK(all["target"] == "local");
    CHECK(all["framework"] == "Python");
    CHECK(all["communicator"] == "None");
    CHECK(all["nodeCount"] == 1);
    CHECK(all["environment"]["python"]["interpreterPath"] == "python");
    CHECK(all["environment"]["python"]["userManagedDependencies"] == false);
    CHECK(all["environment"]["docker"]["shmSize"] == "2g");
    CHECK(all["environment"]["docker"]["sharedVolumes"] == true);
    CHECK(all["environment"]["spark"]["precachePackages"] == true);
    CHECK(all["history"]["directoriesToWatch"] == json{"logs"});
    CHECK(all["history"]["outputCollection"] == true);
    CHECK(all["spark"]["configuration"]["spark.yarn.maxAppAttempts"] == 1);
    CHECK(all["hdi"]["yarnDeployMode"] == "cluster");
    CHECK(all["tensorflow"] == json{{"workerCount", 1}, {"parameterServerCount", 1}});
    CHECK(all["paralleltask"]["maxRetriesPerWorker"] == 0);
    CHECK(all["amlcompute"]["retainCluster"] == false);
    CHECK(all["dataReferences"] == json::object());
}

TEST_CASE("the names of members are their keys in snake_case") {
    // A key that was written by hand could be misspelt: the sections of this table are read by name from text.
    run_configuration const c = read_json(R"({
        "autoPrepareEnvironment": false, "priority": 7, "credentialPassthrough": true,
        "environment": {"python": {"baseCondaEnvironment": "b", "condaDependencies": {"channels": ["x"], "dependencies": ["p=1", {"pip": ["q"]}]}},
                        "docker": {"baseDockerfile": "FROM x", "gpuSupport": true,
                                   "baseImageRegistry": {"address": "a", "username": "u", "passwordVariable": "V"}},
                        "spark": {"packages": [{"group": "g", "artifact": "a", "version": "1"}]}},
        "dataReferences": {"d": {"dataStoreName": "s", "pathOnDataStore": "p", "mode": "download", "overwrite": true, "pathOnCompute": "/c"}},
        "data": {"i": {"dataLocation": {"dataset": {"id": "1", "name": "n", "version": "2"}}, "mechanism": "mount",
                       "environmentVariableName": "I", "createOutputDirectories": true},
                 "j": {"dataLocation": {"dataPath": {"datastoreName": "s", "relativePath": "r"}}}},
        "amlcompute": {"vmSize": "S", "vmPriority": "lowpriority", "clusterMaxNodeCount": 4},
        "kubernetescompute": {"instanceType": "k"}, "docker": {"useDocker": true, "shmSize": "1g"},
        "command": ["a", "b"], "environmentVariables": {"A": "1"}, "sourceDirectoryDataStore": "w"})");
    CHECK(c.auto_prepare_environment == false);
    CHECK(c.priority == 7);
    CHECK(c.credential_passthrough);
    CHECK(c.environment.python.base_conda_environment == "b");
    REQUIRE(c.environment.python.conda_dependencies);
    CHECK(c.environment.python.conda_dependencies->dependencies == package_list{{"p=1"}, {"q"}});
    CHECK(c.environment.python.conda_dependencies->channels == std::vector<std::string>{"x"});
    CHECK(c.environment.docker.base_dockerfile == "FROM x");
    CHECK(c.environment.docker.gpu_support == true);
    CHECK(c.environment.docker.base_image_registry.username == "u");
    CHECK(c.environment.docker.base_image_registry.password_variable == "V");
    CHECK(c.environment.spark.packages == std::vector<spark_package_section>{{"g", "a", "1"}});
    CHECK(c.data_references.at("d") == data_reference_section{"s", "p", "download", true, "/c"});
    CHECK(c.data.at("i").data_location.dataset == dataset_section{"1", "n", "2"});
    CHECK(c.data.at("i").environment_variable_name == "I");
    CHECK(c.data.at("j").data_location.data_path == data_path_section{"s", "r"});
    CHECK(c.amlcompute.vm_priority == "lowpriority");
    CHECK(c.amlcompute.cluster_max_node_count == 4);
    CHECK(c.kubernetescompute.instance_type == "k");
    CHECK(c.docker.use_docker);
    CHECK(c.docker.shm_size == "1g");
    CHECK(c.command.text == R"(["a","b"])");
    CHECK(c.environment_variables.at("A") == "1");
    CHECK(c.source_directory_data_store == "w");
    CHECK(c.unknown.empty());
}

TEST_CASE("no two fields of a section have one key, and each field says what it means") {
    std::size_t count = 0;
    auto check = [&count](auto const& self, detail::field_table const& table) -> void {
        std::set<std::string_view> keys;
        for (detail::field_entry const& field : table) {
            INFO(field.key);
            CHECK(keys.insert(field.key).second);
            CHECK_FALSE(field.meaning.empty());
            ++count;
            if (field.inner != nullptr) self(self, field.inner());
        }
    };
    check(check, detail::table_of<run_configuration>());
    CHECK(count > 110);
}

TEST_CASE("keys that are not known are kept where they stood") {
    run_configuration const c = read_json(R"({"mine": [1], "environment": {"r": null, "python": {"x": {"y": 2}}},
                                         "dataReferences": {"d": {"dataStoreName": "s", "z": 3}}})");
    json const back = to_json(c);
    CHECK(back["mine"] == json{1});
    CHECK(back["environment"]["r"].is_null());
    CHECK(back["environment"].contains("r"));
    CHECK(back["environment"]["python"]["x"]["y"] == 2);
    CHECK(back["dataReferences"]["d"]["z"] == 3);
    CHECK(run_configuration_from_json(to_sparse_json(c)) == c);
    CHECK(hash(c) != hash(run_configuration{}));
}

TEST_CASE("words for framework and communicator are read in any case and become estima's") {
    auto communicator = [](std::string const& word) {
        return run_configuration_from_json({{"communicator", word}}).communicator;
    };
    CHECK(communicator("IntelMpi") == "Mpi");
    CHECK(communicator("OpenMpi") == "Mpi");
    CHECK(communicator("mpi") == "Mpi");
    CHECK(communicator("nccl") == "Nccl");
    CHECK(communicator("gloo") == "Gloo");
    CHECK(communicator("parameterserver") == "ParameterServer");
    CHECK(communicator("none") == "None");
    CHECK(communicator("Carrier pigeon") == "Carrier pigeon");
    CHECK(read_json(R"({"framework": "python"})").framework == "Python");
    CHECK(read_json(R"({"framework": "tensorflow"})").framework == "TensorFlow");
}

TEST_CASE("counts of processes follow the communicator") {
    run_configuration c{.communicator = "Nccl", .node_count = 2};
    CHECK(c.process_count() == 2);
    c.pytorch.process_count = 8;
    CHECK(c.process_count_per_node() == 4);
    CHECK(c.process_count() == 8);

    run_configuration ps{.communicator = "ParameterServer", .node_count = 2};
    ps.tensorflow = {.worker_count = 2, .parameter_server_count = 1};
    CHECK(ps.process_count() == 3);
    CHECK(ps.process_count_per_node() == 2);
    ps.communicator = "MultiWorker";
    CHECK(ps.process_count() == 2);
    CHECK(ps.process_count_per_node() == 1);

    run_configuration mpi{.communicator = "Mpi", .node_count = 2'000'000'000};
    mpi.mpi.process_count_per_node = 2'000'000'000;
    CHECK(mpi.process_count() == 2'147'483'647);
    run_configuration none{.communicator = "Gloo", .node_count = 0};
    CHECK(none.process_count() == 0);
}

TEST_CASE("a password is read, not compared, and never written") {
    run_configuration const c =
        read_json(R"({"environment": {"docker": {"baseImageRegistry": {"address": "r", "password": "swordfish"}}}})");
    CHECK(c.environment.docker.base_image_registry.password.reveal() == "swordfish");
    CHECK(to_json(c)["environment"]["docker"]["baseImageRegistry"]["password"].is_null());
    CHECK(canonical_json(c).find("swordfish") == std::string::npos);
    CHECK(run_configuration_from_json(to_json(c)) == c);
}

TEST_CASE("null keeps a default, and is the value of a part that is kept") {
    CHECK(read_json(R"({"target": null, "nodeCount": null, "arguments": null, "environment": null, "tags": null})") ==
          run_configuration{});
    CHECK(read_json(R"({"spark": {"configuration": null}})").spark.configuration.empty());
    CHECK_FALSE(run_configuration{}.spark.configuration.empty());
}

TEST_CASE("values of another type are refused by their key's name") {
    CHECK(refusal_of_json(R"({"environment": {"docker": {"enabled": "true"}}})") == "EST-101 environment.docker.enabled");
    CHECK(refusal_of_json(R"({"mpi": {"processCountPerNode": 2.0}})") == "EST-101 mpi.processCountPerNode");
    CHECK(refusal_of_json(R"({"maxRunDurationSeconds": 18446744073709551615})") == "EST-101 maxRunDurationSeconds");
    CHECK(refusal_of_json(R"({"environment": {"environmentVariables": {"A": 1}}})") ==
          "EST-101 environment.environmentVariables.A");
    CHECK(refusal_of_json(R"({"environment": {"environmentVariables": {"A": null}}})") ==
          "EST-101 environment.environmentVariables.A");
    CHECK(refusal_of_json(R"({"dataReferences": []})") == "EST-101 dataReferences");
    try {
        (void)run_configuration_from_json(json::parse(R"({"nodeCount": "2", "mpi": {"processCountPerNode": []}, "target": 1})"));
        FAIL("it is taken");
    } catch (error const& e) {  // all at once
        CHECK(e.text().where == "mpi.processCountPerNode");
        CHECK(e.text().why == "expected there: a whole number\n       nodeCount: expected there: a whole number"
                              "\n       target: expected there: a text");
    }
    CHECK(refusal_of_json(R"({"environment": {"spark": {"packages": [{"group": 1}]}}})") ==
          "EST-101 environment.spark.packages.0.group");
    CHECK(
        refusal_of_json(
            R"({"environment": {"python": {"condaDependencies": {"dependencies": ["a", {"pip": ["b"], "c": 1}]}}}})") ==
        "EST-101 environment.python.condaDependencies.dependencies.1");
    std::string const deep = std::string(5000, '[') + std::string(5000, ']');
    CHECK(refusal_of_json("{\"mine\": " + deep + "}") == "EST-101 mine");
    CHECK(refusal_of_json("{\"command\": " + deep + "}") == "EST-101 command");
}

TEST_CASE("a kept part that is no JSON is refused when it is written") {
    run_configuration c;
    c.command.text = "[";
    CHECK_THROWS_WITH(to_json(c), Catch::Matchers::Contains("EST-111") && Catch::Matchers::Contains("command"));
}
