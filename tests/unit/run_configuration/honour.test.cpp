// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <estima/run_configuration/honour.hpp>

namespace {
using namespace estima;

std::vector<std::string> fields(run_configuration const& c, std::string_view kind = "local") {
    std::vector<std::string> names;
    for (field_problem const& one : what_cannot_be_honoured(c, kind)) {
        CHECK_FALSE(one.why.empty());
        CHECK_FALSE(one.remedy.empty());
        names.push_back(one.field);
    }
    return names;
}
using list = std::vector<std::string>;

run_configuration sound() { return {.script = "train.py"}; }

template <class Change>
list after(Change const& change, std::string_view kind = "local") {
    run_configuration c = sound();
    change(c);
    return fields(c, kind);
}
}  // namespace

TEST_CASE("a configuration that only has defaults can be run as it stands") {
    for (char const* kind : {"local", "ssh_hosts", "slurm", "aml_compute"}) CHECK(fields(sound(), kind).empty());
    CHECK(after([](auto& c) {
              c.environment.name = "mine";  // a name for what is there
              c.environment.python.user_managed_dependencies = true;
              c.environment.docker.shm_size = "8g";          // means nothing without a container
              c.environment.docker.base_image = "python:3";  // nor does this
              c.auto_prepare_environment = true;
              c.amlcompute.cluster_max_node_count = 1;
              c.amlcompute.vm_priority = "dedicated";
              c.priority = 3;
              c.mpi.node_count = 1;
          }).empty());
}

TEST_CASE("on this machine each thing that only Azure has is named") {
    CHECK(after([](auto& c) { c.environment.docker.enabled = true; }) == list{"environment.docker.enabled"});
    CHECK(after([](auto& c) { c.docker.use_docker = true; }) == list{"docker.useDocker"});
    CHECK(after([](auto& c) {
              c.environment.python.conda_dependencies = conda_section{.dependencies = {.conda = {"numpy"}}};
          }) == list{"environment.python.condaDependencies"});
    CHECK(after([](auto& c) { c.environment.python.conda_dependencies_file = "env.yml"; }) ==
          list{"environment.python.condaDependenciesFile"});
    CHECK(after([](auto& c) { c.environment.name = "AzureML-Tutorial"; }) == list{"environment.name"});
    CHECK(after([](auto& c) { c.environment.name = "vision"; }) ==
          list{"environment.name"});  // it holds who knows what
    CHECK(after([](auto& c) { c.communicator = "MultiWorker"; }).empty());
    CHECK(after([](auto& c) { c.framework = "PySpark"; }) == list{"framework"});
    CHECK(after([](auto& c) { c.framework = "CNTK"; }) == list{"framework"});
    CHECK(after([](auto& c) { c.communicator = "ParallelTask"; }) == list{"communicator"});
    CHECK(after([](auto& c) { c.hdi.yarn_deploy_mode = "client"; }) == list{"hdi.yarnDeployMode"});
    CHECK(after([](auto& c) { c.environment.spark.repositories = {"r"}; }) == list{"environment.spark"});
    CHECK(after([](auto& c) { c.environment.databricks.jar_libraries.text = "[1]"; }) ==
          list{"environment.databricks"});
    CHECK(after([](auto& c) { c.data_references["d"].data_store_name = "s"; }) == list{"dataReferences.d"});
    CHECK(after([](auto& c) { c.data["i"]; }) == list{"data.i"});
    CHECK(after([](auto& c) { c.source_directory_data_store = "s"; }) == list{"sourceDirectoryDataStore"});
    CHECK(after([](auto& c) { c.amlcompute.vm_size = "S"; }) == list{"amlcompute.vmSize"});
    CHECK(after([](auto& c) { c.kubernetescompute.instance_type = "S"; }) == list{"kubernetescompute.instanceType"});
    CHECK(after([](auto& c) { c.credential_passthrough = true; }) == list{"credentialPassthrough"});
    CHECK(after([](auto& c) { c.command.text = "\"ls\""; }) == list{"command"});
    CHECK(after([](auto& c) { c.environment_variables["A"] = "1"; }) == list{"environmentVariables"});
    CHECK(after([](auto& c) { c.history.output_collection = false; }) == list{"history.outputCollection"});
    CHECK(after([](auto& c) { c.environment.environment_variables["RANK"] = "1"; }) ==
          list{"environment.environmentVariables.RANK"});
    CHECK(after([](auto& c) { c.target = "cpu-pool"; }) == list{"target"});
    CHECK(after([](auto& c) { c.output_data.text = R"({"o":1})"; }) == list{"outputData"});
}

TEST_CASE("packages are no problem where the user manages them") {
    CHECK(after([](auto& c) {
              c.environment.python.user_managed_dependencies = true;
              c.environment.python.conda_dependencies_file = "env.yml";
              c.environment.python.conda_dependencies = conda_section{.dependencies = {.conda = {"numpy"}}};
          }).empty());
}

TEST_CASE("what only Azure has is no problem on Azure's own compute") {
    CHECK(after(
              [](auto& c) {
                  c.target = "cpu-pool";
                  c.environment.docker.enabled = true;
                  c.environment.python.conda_dependencies_file = "env.yml";
                  c.data_references["d"].data_store_name = "s";
                  c.framework = "PySpark";
                  c.amlcompute.vm_size = "S";
              },
              "aml_compute")
              .empty());
}

TEST_CASE("words and counts that make no sense anywhere are named for every target") {
    for (char const* kind : {"local", "aml_compute"}) {
        CHECK(after([](auto& c) { c.script.clear(); }, kind) == list{"script"});
        CHECK(after([](auto& c) { c.framework = "Fortran"; }, kind) == list{"framework"});
        CHECK(after([](auto& c) { c.communicator = "Pigeons"; }, kind) == list{"communicator"});
        CHECK(after(
                  [](auto& c) {
                      c.communicator = "Mpi";
                      c.mpi.process_count_per_node = 0;
                  },
                  kind) == list{"mpi.processCountPerNode"});
        CHECK(after([](auto& c) { c.arguments = {std::string("a\0b", 3)}; }, kind) == list{"arguments"});
        CHECK(after([](auto& c) { c.tags[""] = "x"; }, kind) == list{"tags"});
        CHECK(after([](auto& c) { c.tags["team"] = ""; }, kind).empty());
        CHECK(after([](auto& c) { c.environment.environment_variables["a=b"] = "c"; }, kind) ==
              list{"environment.environmentVariables.a=b"});
    }
    auto on_two = [](auto change) {
        return after(
            [&](auto& c) {
                c.node_count = 2;
                change(c);
            },
            "slurm");
    };
    CHECK(on_two([](auto&) {}) == list{"nodeCount"});
    CHECK(on_two([](auto& c) { c.communicator = "Mpi"; }).empty());
    CHECK(on_two([](auto& c) {
              c.communicator = "Mpi";
              c.mpi.node_count = 2;
          }).empty());
    CHECK(on_two([](auto& c) {
              c.communicator = "Mpi";
              c.mpi.node_count = 3;
          }) == list{"mpi.nodeCount"});
    CHECK(on_two([](auto& c) {
              c.communicator = "Nccl";
              c.pytorch.process_count = 4;
          }).empty());
    CHECK(on_two([](auto& c) {
              c.communicator = "Nccl";
              c.pytorch.process_count = 3;
          }) == list{"pytorch.processCount"});
    CHECK(on_two([](auto& c) {
              c.communicator = "ParameterServer";
              c.tensorflow.parameter_server_count = -1;
          }) == list{"tensorflow.parameterServerCount"});
    CHECK(on_two([](auto& c) {  // Azure's way to say workers alone
              c.communicator = "ParameterServer";
              c.tensorflow.parameter_server_count = 0;
          }).empty());
    CHECK(after([](auto& c) { c.communicator = "MultiWorker"; }, "aml_compute") == list{"communicator"});
    CHECK(after([](auto& c) { c.framework = "Native"; }, "aml_compute") == list{"framework"});
    CHECK(on_two([](auto& c) {
              c.communicator = "MultiWorker";
              c.tensorflow.parameter_server_count = 0;
          }).empty());
}

TEST_CASE("what mpirun does not take together of a placement is named") {
    auto placed = [](char const* bind_to, char const* map_by) {
        return after([&](auto& c) { c.placement = placement_section{bind_to, map_by}; }, "local");
    };
    for (auto const& [bind_to, map_by] : std::vector<std::pair<char const*, char const*>>{
             {"", "socket:PE=2"}, {"none", "slot:PE=2"}, {"core", "numa:PE=2"}, {"hwthread", "core:PE=2"},
             {"socket", "core"}, {"core", "hwthread"}, {"", "core:PE=1"}, {"hwthread", "hwthread:PE=1"}})
        CHECK(placed(bind_to, map_by).empty());
    for (auto const& [bind_to, map_by] : std::vector<std::pair<char const*, char const*>>{
             {"socket", "socket:PE=2"}, {"l3cache", "slot:PE=1"}, {"", "core:PE=2"}, {"core", "core:PE=2"},
             {"", "hwthread:PE=2"}, {"hwthread", "hwthread:PE=2"}, {"core", "hwthread:PE=1"}})
        CHECK(placed(bind_to, map_by) == list{"placement"});
    CHECK(placed("node", "core:PE=2") == list{"placement.bindTo"});
}

TEST_CASE("the error tells every field at once") {
    run_configuration c = sound();
    CHECK_NOTHROW(require_honoured(c, "local"));
    c.framework = "PySpark";
    c.environment.docker.enabled = true;
    CHECK_THROWS_WITH(require_honoured(c, "local"),
                      Catch::Matchers::Contains("EST-110") &&
                          Catch::Matchers::Contains("where: framework, environment.docker.enabled"));
}

TEST_CASE("what no process could be started with is named, on every target") {
    for (char const* const kind : {"local", "aml_compute"}) {
        INFO(kind);
        CHECK(after([](auto& c) { c.framework = "Caffe"; }, kind) == list{"framework"});
        CHECK(after([](auto& c) { c.communicator = "Pigeon"; }, kind) == list{"communicator"});
        CHECK(after([](auto& c) { c.arguments = {std::string("a\0b", 3)}; }, kind) == list{"arguments"});
        CHECK(after([](auto& c) { c.environment.environment_variables["A=B"] = "1"; }, kind) ==
              list{"environment.environmentVariables.A=B"});
        for (int const seconds : {0, -1})
            CHECK(after([&](auto& c) { c.max_run_duration_seconds = seconds; }, kind) == list{"maxRunDurationSeconds"});
        CHECK(after([](auto& c) { c.max_run_duration_seconds = 1; }, kind).empty());
        CHECK(after([](auto& c) { c.node_count = 0; }, kind) == list{"nodeCount"});
        CHECK(after([](auto& c) {
                  c.communicator = "Mpi";
                  c.mpi.process_count_per_node = 0;
              }, kind) == list{"mpi.processCountPerNode"});
        CHECK(after([](auto& c) {
                  c.communicator = "Gloo";
                  c.pytorch.process_count = 0;
              }, kind) == list{"pytorch.processCount"});
        CHECK(after([](auto& c) {
                  c.communicator = "Gloo";
                  c.node_count = 2;
                  c.pytorch.process_count = 3;
              }, "aml_compute") == list{"pytorch.processCount"});
        CHECK(after([](auto& c) {
                  c.communicator = "ParameterServer";
                  c.tensorflow.worker_count = 0;
              }, "aml_compute") == list{"tensorflow.workerCount"});
    }
    CHECK(after([](auto& c) { c.environment.environment_variables["RANK"] = "9"; }) ==
          list{"environment.environmentVariables.RANK"});
    CHECK(after([](auto& c) {
              c.communicator = "Mpi";
              c.node_count = 2;
          }) == list{"nodeCount"});
}

TEST_CASE("processes that nobody would start, and too many of them, are named") {
    CHECK(after([](auto& c) { c.mpi.process_count_per_node = 4; }) == list{"communicator"});
    CHECK(after([](auto& c) { c.pytorch.process_count = 2; }) == list{"communicator"});
    CHECK(after([](auto& c) { c.communicator = "Mpi", c.mpi.process_count_per_node = 1'000'000; }).empty());
    CHECK(after([](auto& c) { c.communicator = "Mpi", c.mpi.process_count_per_node = 1'000'001; }) ==
          list{"mpi.processCountPerNode"});
    CHECK(after([](auto& c) { c.communicator = "Gloo", c.pytorch.process_count = 2'000'000'000; }) ==
          list{"pytorch.processCount"});
    CHECK(after([](auto& c) { c.communicator = "Mpi", c.node_count = c.mpi.process_count_per_node = 2'000'000'000; },
                "slurm") == list{"mpi.processCountPerNode"});
}

TEST_CASE("a backend that contradicts the communicator is named") {
    auto const with = [](char const* backend) {
        return after([&](auto& c) { c.communicator = "Gloo", c.pytorch.communication_backend = backend; });
    };
    CHECK(with("").empty());
    CHECK(with("gloo").empty());
    CHECK(with("Nccl") == list{"pytorch.communicationBackend"});
}

TEST_CASE("a script outside of the source directory is named") {
    auto const with = [](char const* script) { return after([&](auto& c) { c.script = script; }); };
    CHECK(with("a/b..py").empty());
    for (char const* script : {"../x.py", "a/../../x.py", "/x.py", ".."}) CHECK(with(script) == list{"script"});
}

TEST_CASE("what Azure would refuse of a container is named") {
    auto const image = [](char const* text) {
        return after([&](auto& c) { c.environment.docker.base_image = text; }, "aml_compute");
    };
    CHECK(image("mcr.microsoft.com/azureml/base:0.2.4").empty());
    CHECK(image("Foo/Bar:1") == list{"environment.docker.baseImage"});
    auto const shm = [](char const* text) {
        return after([&](auto& c) { c.environment.docker.shm_size = text; }, "aml_compute");
    };
    for (char const* text : {"2g", "512M", "100", ""}) CHECK(shm(text).empty());
    for (char const* text : {"1xx", "g", "2 g"}) CHECK(shm(text) == list{"environment.docker.shmSize"});
    CHECK(after([](auto& c) { c.environment.docker.base_image_registry.username = "ada"; }, "aml_compute") ==
          list{"environment.docker.baseImageRegistry.address"});
    CHECK(after([](auto& c) { c.amlcompute.vm_priority = "LowPriority"; }, "aml_compute").empty());
    CHECK(after([](auto& c) { c.amlcompute.vm_priority = "urgent"; }, "aml_compute") == list{"amlcompute.vmPriority"});
}

TEST_CASE("how data is brought in Azure is one of the ways that there are") {
    auto const with_data = [](data_section const& one) {
        return after([&one](auto& c) { c.data["d"] = one; }, "aml_compute");
    };
    data_location_section const faces{.dataset = dataset_section{.name = "faces"}};
    CHECK(with_data({.data_location = faces, .mechanism = "mount"}).empty());
    CHECK(with_data({.data_location = faces}).empty());
    CHECK(with_data({.data_location = faces, .mechanism = "as_mount"}) == list{"data.d.mechanism"});
    CHECK(with_data({.mechanism = "mount"}) == list{"data.d.dataLocation"});
    auto const with_reference = [](data_reference_section const& one) {
        return after([&one](auto& c) { c.data_references["d"] = one; }, "aml_compute");
    };
    CHECK(with_reference({.data_store_name = "blobs", .path_on_data_store = "a/../b"}).empty());
    CHECK(with_reference({.data_store_name = "blobs", .path_on_data_store = "/a"}) ==
          list{"dataReferences.d.pathOnDataStore"});
    CHECK(with_reference({.data_store_name = "my-blobs"}) == list{"dataReferences.d.dataStoreName"});
    CHECK(with_reference({.data_store_name = "s"}).empty());
    CHECK(with_reference({.data_store_name = "s", .mode = "as_upload"}) == list{"dataReferences.d.mode"});
    CHECK(with_reference({}) == list{"dataReferences.d.dataStoreName"});
}

TEST_CASE("names that Azure does not take, and an interpreter that it does not use, are named") {
    auto const in_azure = [](auto const& change) { return after(change, "aml_compute"); };
    CHECK(in_azure([](auto& c) { c.target = "gpu-pool"; }).empty());
    CHECK(in_azure([](auto& c) { c.target = "gpu pool"; }) == list{"target"});
    CHECK(in_azure([](auto& c) { c.amlcompute.vm_size = "Standard_NC6"; }).empty());
    CHECK(in_azure([](auto& c) { c.amlcompute.vm_size = "Standard NC6"; }) == list{"amlcompute.vmSize"});
    CHECK(in_azure([](auto& c) { c.environment.name = "Experiment digits Environment"; }).empty());
    CHECK(in_azure([](auto& c) { c.environment.name = "a/b"; }) == list{"environment.name"});
    CHECK(in_azure([](auto& c) { c.environment.python.interpreter_path = "python"; }).empty());
    CHECK(in_azure([](auto& c) { c.environment.python.interpreter_path = "/opt/python3"; }) ==
          list{"environment.python.interpreterPath"});
    CHECK(in_azure([](auto& c) {
              c.environment.python.interpreter_path = "/opt/python3";
              c.environment.python.user_managed_dependencies = true;
          }).empty());
}
