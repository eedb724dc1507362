// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <estima/run_configuration/json.hpp>
#include <estima/runconfig_file/read_runconfig.hpp>
#include <estima/runconfig_file/write_runconfig.hpp>

#include "read_text.hpp"

namespace {
using namespace estima;

using estima_test::read;
using estima_test::refusal;

bool starts(std::string const& text, std::string const& with) {
    INFO(text);
    CHECK(text.substr(0, with.size()) == with);
    return true;
}
using list = std::vector<std::string>;
list warnings(std::string_view text) {
    list all;
    for (file_warning const& one : parse_runconfig(text, "f").warnings)
        all.push_back(std::string{one.id} + " " + one.where);
    return all;
}

constexpr char const commented_yaml[] = R"(# What is run
script: train.py
# and with what
arguments:
- --rate
- 0.10
# Where
target: gpu-pool
framework: python
# not null
communicator: None
maxRunDurationSeconds:
nodeCount: 1
environment:
# of the process
  environmentVariables:
    OMP_NUM_THREADS: 4
    DEBUG: yes
    EMPTY: ""
    snake_case_Key.x: None
  python:
    userManagedDependencies: true
    interpreterPath: /opt/python
    condaDependenciesFile:
  docker:
    enabled: false
    shmSize: 4g
    arguments: []
history:
  outputCollection: true
  directoriesToWatch:
  - logs
  - more
spark:
  configuration:
    spark.app.name: Azure ML Experiment
    spark.yarn.maxAppAttempts: 1
mpi:
  processCountPerNode: 1
dataReferences: {}
amlcompute:
  vmSize:
  vmPriority: None
)";
}  // namespace

TEST_CASE("commented YAML is read with its strings, nulls and numbers apart") {
    loaded_runconfig const loaded = parse_runconfig(commented_yaml, "train.runconfig");
    run_configuration const& c = loaded.configuration;
    CHECK(c.script == "train.py");
    CHECK(c.arguments == list{"--rate", "0.10"});  // as written
    CHECK(c.target == "gpu-pool");
    CHECK(c.framework == "Python");
    CHECK(c.communicator == "None");
    CHECK_FALSE(c.max_run_duration_seconds);
    CHECK(c.environment.environment_variables ==
          std::map<std::string, std::string>{
              {"OMP_NUM_THREADS", "4"}, {"DEBUG", "yes"}, {"EMPTY", ""}, {"snake_case_Key.x", "None"}});
    CHECK(c.environment.python.user_managed_dependencies);
    CHECK(c.environment.python.interpreter_path == "/opt/python");
    CHECK(c.environment.python.conda_dependencies_file.empty());
    CHECK(c.environment.docker.shm_size == "4g");
    CHECK(c.history.directories_to_watch == list{"logs", "more"});
    CHECK(c.spark == spark_section{});
    CHECK(c.amlcompute.vm_size.empty());
    CHECK(c.amlcompute.vm_priority == "None");  // without quotes, still text
    CHECK(loaded.warnings.empty());
    CHECK(loaded.files == list{"train.runconfig"});
}

TEST_CASE("what a file says is told with its line") {
    provenance const origin = parse_runconfig(commented_yaml, "train.runconfig").origin;
    CHECK(origin.of("script") == "file train.runconfig:2");
    CHECK(origin.of("nodeCount") == "file train.runconfig:13");
    CHECK(origin.of("environment.environmentVariables.OMP_NUM_THREADS") == "file train.runconfig:17");
    CHECK(origin.of("mpi.processCountPerNode") == "file train.runconfig:39");
    CHECK(origin.of("priority").empty());
}

TEST_CASE("comments are kept with the key that follows") {
    file_comments const comments = parse_runconfig(commented_yaml).comments;
    CHECK(comments == file_comments{{"/script", "# What is run\n"},
                                    {"/arguments", "# and with what\n"},
                                    {"/target", "# Where\n"},
                                    {"/communicator", "# not null\n"},
                                    {"/environment/environmentVariables", "# of the process\n"}});
    CHECK(parse_runconfig("a: |\n  x\n# no comment?\nb: 1\nc: |\n  # text\nd: 2\n# last\n").comments ==
          file_comments{{"/b", "# no comment?\n"}, {"", "# last\n"}});
    CHECK(parse_runconfig("{\"script\": \"#\\n# a\"}").comments.empty());
}

TEST_CASE("JSON is read, sparse, with its packages inline") {
    run_configuration const c = read(R"({
	"script": "fit.py", "target": "local", "communicator": "IntelMpi", "nodeCount": 2,
	"environment": {
		"python": {"condaDependencies": {"name": "e", "dependencies": ["python=3.8", {"pip": ["horovod"]}]}},
		"docker": {"enabled": true, "baseImage": "a/b:1", "baseImageRegistry": {"address": null, "password": null}},
		"environmentVariables": {"SMILE": "😀"}},
	"mpi": {"processCountPerNode": 4}})");
    CHECK(c.communicator == "Mpi");
    CHECK(c.process_count() == 8);
    REQUIRE(c.environment.python.conda_dependencies);
    CHECK(c.environment.python.conda_dependencies->dependencies == package_list{{"python=3.8"}, {"horovod"}});
    CHECK(c.environment.docker.base_image_registry.password.empty());
    CHECK(c.environment.environment_variables.at("SMILE") == "\xF0\x9F\x98\x80");
    CHECK(read(R"({"script": null, "communicator": "None"})") == run_configuration{});
    CHECK(read("{script: a.py, nodeCount: 2,}").node_count == 2);  // not JSON, but YAML
}

TEST_CASE("numbers and words are cast as Azure casts them, where that keeps their meaning") {
    CHECK(read("nodeCount: \"3\"").node_count == 3);
    CHECK(read("nodeCount: ' +3 '").node_count == 3);
    CHECK(read("nodeCount: 3.0").node_count == 3);
    CHECK(read("nodeCount: 012").node_count == 12);  // YAML 1.2: no octal
    CHECK(read("nodeCount: 0o12").node_count == 10);
    CHECK(read("nodeCount: 0x10").node_count == 16);
    CHECK(read("nodeCount: 1_000").node_count == 1000);
    CHECK(read("maxRunDurationSeconds: 1e3").max_run_duration_seconds == 1000);
    CHECK(read("environment: {docker: {enabled: 1}}").environment.docker.enabled);
    CHECK(read("environment: {docker: {enabled: \"True\"}}").environment.docker.enabled);
    CHECK(read("environment: {version: 3}").environment.version == "3");
    CHECK(read("environment: {version: 0o17}").environment.version == "0o17");
    CHECK(read("environment: {version: 2020-01-31}").environment.version == "2020-01-31");

    CHECK(refusal("nodeCount: 2.7") == "EST-105 f:1:12 (nodeCount): expected a whole number, found 2.7");
    CHECK(refusal("nodeCount: true") == "EST-105 f:1:12 (nodeCount): expected a whole number, found true");
    CHECK(refusal("nodeCount: two") == "EST-105 f:1:12 (nodeCount): expected a whole number, found \"two\"");
    CHECK(refusal("nodeCount: 0") == "EST-105 f:1:12 (nodeCount): expected a number above 0, found 0");
    CHECK(refusal("nodeCount: 99999999999999999999") ==
          "EST-105 f:1:12 (nodeCount): expected a whole number, found 1e+20");
    starts(refusal("environment:\n  docker:\n    enabled: \"false\""),
           "EST-105 f:3:14 (environment.docker.enabled): expected true or false, not text");
    starts(refusal("environment: {docker: {enabled: no}}"),
           "EST-105 f:1:33 (environment.docker.enabled): expected true or false");
    CHECK(refusal("arguments: train") == "EST-105 f:1:12 (arguments): expected a list of texts, found \"train\"");
    CHECK(refusal("arguments:\n- a\n- [b]") == "EST-105 f:3:3 (arguments.1): expected a text, found a list");
    CHECK(refusal("mpi: 3") == "EST-105 f:1:6 (mpi): expected a map of keys, found 3");
    CHECK(refusal("- script") == "EST-105 f:1:1: expected a map of keys, found a list");
    CHECK(refusal("{\"mpi\":\n {\"processCountPerNode\": []}}") ==
          "EST-105 f:2:26 (mpi.processCountPerNode): expected a whole number, found a list");
}

TEST_CASE("all wrong values of a file are told at once, in the order of its lines") {
    CHECK(refusal("nodeCount: two\nmpi:\n  processCountPerNode: [1]\narguments: [a, [b], c, [d]]\n"
                  "dataReferences:\n  d: {mode: mount}\n  e: 3\n  f: {dataStoreName: [s], mode: as_mount}\ntarget: "
                  "local\n") ==
          "EST-105 f:1:12 (nodeCount): expected a whole number, found \"two\""
          "\n       f:3:24 (mpi.processCountPerNode): expected a whole number, found a list"
          "\n       f:4:16 (arguments.1): expected a text, found a list"
          "\n       f:4:24 (arguments.3): expected a text, found a list"
          "\n       f:6:3 (dataReferences.d.dataStoreName): dataStoreName is missing"
          "\n       f:7:6 (dataReferences.e): expected a map of keys, found 3"
          "\n       f:8:22 (dataReferences.f.dataStoreName): expected a text, found a list"
          "\n       f:8:27 (dataReferences.f.mode): mode is to be mount, download or upload, and is \"as_mount\"");
    CHECK(refusal("mpi: {processCountPerNode: a, nodeCount: b}") ==
          "EST-105 f:1:28 (mpi.processCountPerNode): expected a whole number, found \"a\""
          "\n       f:1:42 (mpi.nodeCount): expected a whole number, found \"b\"");
    std::string many = "arguments:\n";
    for (int i = 0; i < 20; ++i) many += "- [x]\n";
    std::string const twenty = refusal(many);
    CHECK(std::count(twenty.begin(), twenty.end(), '\n') == 19);
    CHECK(twenty.find("more") == std::string::npos);
    std::string const more = refusal(many + "- [x]\n- [x]\n");
    CHECK(more.substr(0, twenty.size()) == twenty);
    CHECK(more.substr(twenty.size()) == "\n       and 2 more");
}

TEST_CASE("a data reference needs a datastore and a mode that there is") {
    CHECK(read("dataReferences: {d: {dataStoreName: s, mode: Mount}}").data_references.at("d").mode == "mount");
    CHECK(refusal("dataReferences:\n  d: {mode: mount}") ==
          "EST-105 f:2:3 (dataReferences.d.dataStoreName): dataStoreName is missing");
    CHECK(refusal("dataReferences:\n  d: {dataStoreName: s, mode: as_mount}") ==
          "EST-105 f:2:25 (dataReferences.d.mode): mode is to be mount, download or upload, and is \"as_mount\"");
}

TEST_CASE("a dataset is brought by a mechanism that there is") {
    CHECK(read("data: {d: {mechanism: Download}}").data.at("d").mechanism == "download");
    CHECK(read("data: {d: {mechanism: direct}}").data.at("d").mechanism == "direct");
    CHECK(read("data: {d: {mechanism: }}").data.at("d").mechanism.empty());
    CHECK(read("data: {d: {overwrite: true}}").data.at("d").mechanism.empty());
    for (char const* const word : {"as_mount", "as_download", "as_upload", "None"})
        CHECK(refusal("data:\n  d:\n    mechanism: " + std::string{word}) ==
              "EST-105 f:3:5 (data.d.mechanism): mechanism is to be direct, mount, download or upload, and is \"" +
                  std::string{word} + "\"");
}

TEST_CASE("keys that are not known are kept and warned of, with their place") {
    loaded_runconfig const loaded =
        parse_runconfig("script: a.py\nscrpit: b.py\nenvironment:\n  python:\n    x: {y: [1, no]}\n", "f");
    CHECK(loaded.warnings.size() == 2);
    CHECK(warnings("script: a.py\nscrpit: b.py\nenvironment:\n  python:\n    x: {y: [1, no]}\n") ==
          list{"EST-120 f:5:5 (environment.python.x)", "EST-120 f:2:1 (scrpit)"});
    json const back = to_json(loaded.configuration);
    CHECK(back["scrpit"] == "b.py");
    CHECK(back["environment"]["python"]["x"]["y"] == json{1, "no"});
    std::string said;
    for (auto const& one : loaded.warnings) said += one.text + '\n';
    CHECK(said.find("(did you mean script?)") != std::string::npos);
    CHECK(said.find("(did you mean") == said.rfind("(did you mean"));
}

TEST_CASE("null where a value is needed takes the default, and says so") {
    CHECK(warnings("history:\n  outputCollection:\n  directoriesToWatch: []\ntarget: ~\nscript:\n") ==
          list{"EST-121 f:2:3 (history.outputCollection)", "EST-121 f:4:1 (target)"});
    CHECK(read("target: null").target == "local");
    CHECK(read("environment: {environmentVariables: {A: }}").environment.environment_variables.at("A").empty());
    CHECK(warnings("environment: {environmentVariables: {A: }}").size() == 1);
}

TEST_CASE("a password in a file becomes a secret, and is in no message") {
    std::string const text = "environment:\n  docker:\n    baseImageRegistry:\n      password: swordfish\n";
    loaded_runconfig const loaded = parse_runconfig(text, "f");
    CHECK(loaded.configuration.environment.docker.base_image_registry.password.reveal() == "swordfish");
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].id == "EST-122");
    CHECK(loaded.warnings[0].text.find("swordfish") == std::string::npos);
    CHECK(refusal("environment: {docker: {baseImageRegistry: {password: [swordfish]}}}").find("swordfish") ==
          std::string::npos);
}

TEST_CASE("files of the first versions are read into today's keys") {
    std::string const text =
        "ArgumentVector:\n  - train.py\n  - --rate\n  - 0.10\nTarget: local\nFramework: PySpark\nCommunicator: "
        "OpenMpi\n"
        "NodeCount: 2\nAutoPrepareEnvironment: true\nTrackedRun: true\nEnvironmentVariables:\n  Some_KEY: x\n"
        "CondaDependenciesFile: aml_config/conda.yml\nSparkDependenciesFile: aml_config/spark.yml\n";
    loaded_runconfig const loaded = parse_runconfig(text, "f");
    run_configuration const& c = loaded.configuration;
    CHECK(c.script == "train.py");
    CHECK(c.arguments == list{"--rate", "0.10"});
    CHECK(c.framework == "PySpark");
    CHECK(c.communicator == "Mpi");
    CHECK(c.node_count == 2);
    CHECK(c.auto_prepare_environment == true);
    CHECK(c.environment.environment_variables.at("Some_KEY") == "x");
    CHECK(c.environment.python.conda_dependencies_file == "aml_config/conda.yml");
    CHECK(loaded.origin.of("script") == "file f:2");
    CHECK(loaded.origin.of("environment.environmentVariables.Some_KEY") == "file f:12");
    CHECK(warnings(text) == list{"EST-120 f:14:1 (SparkDependenciesFile)", "EST-120 f:10:1 (TrackedRun)"});
    CHECK(c.unknown.text == R"({"SparkDependenciesFile":"aml_config/spark.yml","TrackedRun":true})");

    starts(refusal("Target: local\nArgumentVector: []\n"), "EST-109 f:2:1 (ArgumentVector): ");
    starts(refusal("ArgumentVector:\nTarget: local\n"), "EST-109 f:1:1 (ArgumentVector): ");
    for (char const* const given : {"script: a.py\n", "Script: a.py\n", "arguments: [a]\n"})
        starts(refusal(std::string{given} + "ArgumentVector: [b.py]\n"), "EST-104 f:2:1 (ArgumentVector): ");
    starts(refusal("Target: local\ntarget: local\n"), "EST-104 f:1:1 (Target): ");
    CHECK(refusal("Target: local\nNodeCount: two\n") ==
          "EST-105 f:2:12 (nodeCount): expected a whole number, found \"two\"");
    CHECK(read("environment: {}\nTarget: x\n").target == "local");  // not of the first versions: an unknown key
}

TEST_CASE("secrets below keys that are not known are not kept, and each is told") {
    std::string const text =
        "script: a.py\nregistry:\n  user: u\n  Password: swordfish\n  list:\n  - {apiTOKEN: swordfish, n: 1}\n"
        "environment:\n  client_secret: swordfish\n  docker: {password: '', tokens: 3, token: [a]}\n";
    loaded_runconfig const loaded = parse_runconfig(text, "f");
    CHECK(loaded.configuration.unknown.text.find("swordfish") == std::string::npos);
    CHECK(runconfig_text(loaded.configuration).text.find("swordfish") == std::string::npos);
    json const all = to_json(loaded.configuration);
    CHECK(all["registry"] == json::parse(R"({"user": "u", "Password": null, "list": [{"apiTOKEN": null, "n": 1}]})"));
    CHECK(all["environment"]["client_secret"].is_null());
    CHECK(all["environment"]["docker"]["tokens"] == 3);
    CHECK(all["environment"]["docker"]["password"] == "");
    CHECK(all["environment"]["docker"]["token"] == json::parse(R"(["a"])"));
    list told;
    for (file_warning const& one : loaded.warnings) {
        CHECK(one.text.find("swordfish") == std::string::npos);
        if (one.id == "EST-122") told.push_back(one.where);
    }
    CHECK(told == list{"f:8:3 (environment.client_secret)", "f:4:3 (registry.Password)",
                       "f:6:6 (registry.list.0.apiTOKEN)"});
    CHECK(to_json(run_configuration_from_json(json::parse(R"({"mine": {"token": "swordfish"}})")))["mine"]["token"]
              .is_null());
}

TEST_CASE("a package that conda or pip cannot read is told with its place, and kept") {
    auto told = [](std::string const& packages) {
        return warnings("environment:\n  python:\n    condaDependencies:\n      dependencies:\n" + packages);
    };
    std::string const at = " (environment.python.condaDependencies.dependencies.";
    CHECK(told("      - python=\n      - numpy==x==y\n      - pip:\n        - a=1\n        - b==1.0\n") ==
          list{"EST-125 f:5:9" + at + "0)", "EST-125 f:6:9" + at + "1)", "EST-125 f:8:11" + at + "2.pip.0)"});
    CHECK(told("      - {pip: [-r more.txt, --pre, ./own, git+https://x.org/a, own/a.whl, a==1 --hash=sha256:0,\n"
               "        'a[b]==1; python_version < \"3\"', 'a @ https://x.org/a.whl', 'b>=1,<2 # why']}\n"
               "      - conda-forge::numpy>=1.20,<2\n      - python=3.8\n      - 'pillow 1.2.* py3*'\n") == list{});
    loaded_runconfig const loaded =
        parse_runconfig("environment: {python: {condaDependencies: {dependencies: [python=]}}}", "f");
    CHECK(loaded.configuration.environment.python.conda_dependencies->dependencies.conda == list{"python="});
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].text.starts_with("\"python=\" is not a package for conda: expected "));
}
