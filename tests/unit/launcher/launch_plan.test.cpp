// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <estima/launcher/check_plan.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/launcher/run_environment.hpp>

#include <support/error_of.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace {

using strings = std::vector<std::string>;
estima::run_directory const the_run{"/w/runs/r_1"};

estima::run_configuration python(std::string const& communicator, int processes) {
    estima::run_configuration c{.script = "train.py", .arguments = {"--lr", "0.5"}, .communicator = communicator};
    c.environment.python.interpreter_path = "python3";
    if (communicator == "Mpi") c.mpi.process_count_per_node = processes;
    if (communicator == "Gloo" || communicator == "Nccl") c.pytorch = {communicator, processes};
    return c;
}

std::string value_of(estima::environment_list const& list, std::string const& name) {
    std::string value = "(not set)";
    for (auto const& [n, v] : list)
        if (n == name) value = v;  // the last one wins
    return value;
}

bool has(strings const& argv, strings const& part) {
    return std::search(argv.begin(), argv.end(), part.begin(), part.end()) != argv.end();
}

}  // namespace

TEST_CASE("one process is planned without mpirun") {
    auto const plan = make_launch_plan(python("None", 1), the_run, {});
    CHECK(plan.mpirun_argv.empty());
    CHECK(plan.directory == "/w/runs/r_1/code");
    REQUIRE(plan.processes.size() == 1);
    CHECK(plan.processes[0].argv == strings{"python3", "train.py", "--lr", "0.5"});
    auto const& e = plan.processes[0].environment;
    CHECK(value_of(e, "ESTIMA_RUN_ID") == "r_1");
    CHECK(value_of(e, "ESTIMA_RUN_DIRECTORY") == "/w/runs/r_1");
    CHECK(value_of(e, "ESTIMA_METRICS_FILE") == "/w/runs/r_1/metrics/rank_0.jsonl");
    CHECK(value_of(e, "PYTHONUNBUFFERED") == "1");
    CHECK(value_of(e, "RANK") == "(not set)");
}

TEST_CASE("a native program is started from its folder, and gets nothing of Python") {
    estima::run_configuration c{.script = "bin/train", .arguments = {"x"}, .framework = "Native"};
    auto const plan = make_launch_plan(c, the_run, {});
    CHECK(plan.processes.at(0).argv == strings{"./bin/train", "x"});
    CHECK(value_of(plan.processes[0].environment, "PYTHONUNBUFFERED") == "(not set)");
}

TEST_CASE("a script whose name begins with '-' is no option of the interpreter") {
    estima::run_configuration c = python("None", 1);
    c.script = "-c.py";
    CHECK(make_launch_plan(c, the_run, {}).processes.at(0).argv == strings{"python3", "./-c.py", "--lr", "0.5"});
}

TEST_CASE("mpi is planned through mpirun, with what the host asks for") {
    estima::launch_settings settings{.launcher = "/opt/estima-launch", .mpirun = "/usr/bin/mpirun", .cores = 2};
    auto const plan = make_launch_plan(python("Mpi", 2), the_run, settings);
    CHECK(plan.mpirun_argv == strings{"/usr/bin/mpirun", "-np", "2", "--noprefix", "--bind-to", "none", "--host",
                                      "localhost:2", "--mca", "plm", "isolated", "--mca", "ras",
                                      "^slurm,tm,lsf,gridengine", "--mca", "pml", "ob1", "--mca", "btl", "self,vader", "/opt/estima-launch", "worker", "--rendezvous", "127.0.0.1:<a free port>", "/w/runs/r_1"});
    CHECK(value_of(plan.mpirun_environment, "PMIX_MCA_psec") == "^munge");
    CHECK(value_of(plan.mpirun_environment, "ESTIMA_RUN_ID") == "r_1");
    REQUIRE(plan.processes.size() == 2);
    CHECK(plan.processes[1].rank == 1);
    CHECK(plan.processes[1].argv == strings{"python3", "train.py", "--lr", "0.5"});

    CHECK(has(make_launch_plan(python("Mpi", 32), the_run, settings).mpirun_argv, {"odls_base_num_threads", "0"}));

    settings.is_root = true;
    settings.cores = 1;
    settings.mpi4py_is_available = true;
    auto const other = make_launch_plan(python("Mpi", 2), the_run, settings);
    CHECK(has(other.mpirun_argv, {"--allow-run-as-root"}));
    CHECK(has(other.mpirun_argv, {"--oversubscribe"}));
    CHECK(has(other.mpirun_argv, {"worker", "--mpi4py"}));
    CHECK(other.processes[0].argv == strings{"python3", "-m", "mpi4py", "train.py", "--lr", "0.5"});
}

TEST_CASE("a script under MPI finds Azure's names, and none of another run") {
    auto const plan = make_launch_plan(python("Mpi", 2), the_run, {.rendezvous = {"10.0.0.1:7000"}});
    auto const& e = plan.processes.at(1).environment;
    CHECK(value_of(e, "AZ_BATCH_MASTER_NODE") == "10.0.0.1:7000");
    CHECK(value_of(e, "AZ_BATCHAI_MPI_MASTER_NODE") == "10.0.0.1");
    CHECK(value_of(e, "AZUREML_RUN_ID") == "r_1");
    CHECK(value_of(e, "CUDA_VISIBLE_DEVICES") == "(not set)");
    CHECK(value_of(e, "MASTER_ADDR") == "(not set)");
    for (char const* const pattern : {"AZ_BATCH_*", "AZ_BATCHAI_*", "AZUREML_*", "ESTIMA_RESUME_FROM"})
        CHECK(std::count(plan.removed_variables.begin(), plan.removed_variables.end(), pattern) == 1);
}

TEST_CASE("nccl and gloo are shown as many GPUs as there are processes on a node, unless somebody chose others") {
    estima::run_configuration c = python("Nccl", 4);
    c.node_count = 2;
    auto const shown = [&c](estima::launch_settings const& s) {
        return value_of(make_launch_plan(c, the_run, s).processes.at(3).environment, "CUDA_VISIBLE_DEVICES");
    };
    CHECK(shown({.gpus = 8}) == "0,1");
    CHECK(shown({.gpus = 1}) == "0");
    CHECK(shown({.gpus = 0}) == "(not set)");
    CHECK(shown({.gpus = 8, .has_visible_gpus = true}) == "(not set)");
    c.environment.environment_variables["CUDA_VISIBLE_DEVICES"] = "5,6";
    CHECK(shown({.gpus = 8}) == "5,6");
    c.communicator = "Gloo";
    c.environment.environment_variables.clear();
    CHECK(shown({.gpus = 8}) == "0,1");
    CHECK(shown({.gpus = 0}) == "(not set)");
}

TEST_CASE("a next attempt's script is told its checkpoint, by its workers") {
    auto const plan = make_launch_plan(python("Mpi", 2), the_run, {.resume_from = "outputs/c 7.pt"});
    CHECK(has(plan.mpirun_argv, {"--resume-from", "outputs/c 7.pt"}));
    CHECK(plan.processes.at(1).argv == strings{"python3", "train.py", "--lr", "0.5", "--resume-from", "outputs/c 7.pt"});
    CHECK(value_of(plan.processes[1].environment, "ESTIMA_RESUME_FROM") == "outputs/c 7.pt");
}

TEST_CASE("processes are bound and dealt out as the job says") {
    estima::run_configuration c = python("Mpi", 2);
    CHECK(has(make_launch_plan(c, the_run, {}).mpirun_argv, {"--bind-to", "none"}));
    c.placement = estima::placement_section{"core", "socket:PE=2"};
    CHECK(has(make_launch_plan(c, the_run, {}).mpirun_argv, {"--bind-to", "core", "--map-by", "socket:PE=2"}));
}

TEST_CASE("mpi uses mpirun for one process as well") {
    CHECK_FALSE(make_launch_plan(python("Mpi", 1), the_run, {}).mpirun_argv.empty());
    CHECK(make_launch_plan(python("Gloo", 1), the_run, {}).mpirun_argv.empty());
    CHECK_FALSE(make_launch_plan(python("Gloo", 2), the_run, {}).mpirun_argv.empty());
}

TEST_CASE("TensorFlow's tasks are told where all are, and which one each is") {
    estima::run_configuration c = python("ParameterServer", 1);
    c.tensorflow = {.worker_count = 2, .parameter_server_count = 1};
    auto const plan = make_launch_plan(c, the_run, {.rendezvous = {"h:1", "h:2", "g:3"}});
    REQUIRE(plan.processes.size() == 3);
    auto told = [&](std::size_t rank) { return value_of(plan.processes[rank].environment, "TF_CONFIG"); };
    std::string const cluster = R"({"cluster":{"ps":["g:3"],"worker":["h:1","h:2"]},"task":{"index":)";
    CHECK(told(0) == cluster + R"(0,"type":"worker"}})");
    CHECK(told(1) == cluster + R"(1,"type":"worker"}})");
    CHECK(told(2) == cluster + R"(0,"type":"ps"}})");
    CHECK(has(plan.mpirun_argv, {"--rendezvous", "h:1", "--rendezvous", "h:2", "--rendezvous", "g:3"}));

    c.communicator = "MultiWorker";
    auto const workers = make_launch_plan(c, the_run, {.rendezvous = {"h:1", "h:2"}});
    REQUIRE(workers.processes.size() == 2);
    CHECK(value_of(workers.processes[1].environment, "TF_CONFIG") ==
          R"({"cluster":{"worker":["h:1","h:2"]},"task":{"index":1,"type":"worker"}})");
    estima::run_configuration as_azure_says = c;
    as_azure_says.communicator = "ParameterServer";
    as_azure_says.tensorflow.parameter_server_count = 0;
    auto const the_same = make_launch_plan(as_azure_says, the_run, {.rendezvous = {"h:1", "h:2"}});
    REQUIRE(the_same.processes.size() == 2);
    CHECK(the_same.processes[1].environment == workers.processes[1].environment);
    c.tensorflow.worker_count = 1;
    CHECK(make_launch_plan(c, the_run, {}).mpirun_argv.empty());
}

TEST_CASE("gloo tells each process its place") {
    estima::run_configuration c = python("Gloo", 4);
    c.node_count = 2;
    auto const plan = make_launch_plan(c, the_run, {.rendezvous = {"10.0.0.1:12345"}});
    REQUIRE(plan.processes.size() == 4);
    auto const& e = plan.processes[3].environment;
    CHECK(value_of(e, "MASTER_ADDR") == "10.0.0.1");
    CHECK(value_of(e, "MASTER_PORT") == "12345");
    CHECK(value_of(e, "RANK") == "3");
    CHECK(value_of(e, "WORLD_SIZE") == "4");
    CHECK(value_of(e, "LOCAL_RANK") == "1");
    CHECK(value_of(e, "LOCAL_WORLD_SIZE") == "2");
    CHECK(value_of(e, "NODE_RANK") == "1");
    CHECK(value_of(e, "GLOO_SOCKET_IFNAME") == "(not set)");
    CHECK_FALSE(has(plan.mpirun_argv, {"--mca", "btl", "self,vader"}));  // several hosts need a network
    CHECK(has(plan.mpirun_argv, {"--rendezvous", "10.0.0.1:12345"}));
    CHECK(value_of(make_launch_plan(python("Gloo", 2), the_run, {}).processes[0].environment, "GLOO_SOCKET_IFNAME") ==
          "lo");
}

TEST_CASE("the user's variables come last and win, munge included") {
    estima::run_configuration c = python("Mpi", 2);
    c.environment.environment_variables = {{"PYTHONUNBUFFERED", "0"}, {"PMIX_MCA_psec", "munge"}};
    auto const plan = make_launch_plan(c, the_run, {});
    CHECK(value_of(plan.processes[0].environment, "PYTHONUNBUFFERED") == "0");
    CHECK(value_of(plan.mpirun_environment, "PMIX_MCA_psec") == "munge");
}

TEST_CASE("what another launcher left in the environment is taken out") {
    auto const removed = make_launch_plan(python("None", 1), the_run, {}).removed_variables;
    for (char const* const name :
         {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_SIZE", "RANK", "MASTER_PORT", "ESTIMA_METRICS_FILE"})
        CHECK(estima::is_listed(name, removed));
    for (char const* const name :
         {"PATH", "OMPI", "RANKING", "ESTIMA_WORKSPACE", "ESTIMA_MPIRUN", "CUDA_VISIBLE_DEVICES"})
        CHECK_FALSE(estima::is_listed(name, removed));
}

TEST_CASE("a printed plan can be pasted into a shell") {
    estima::run_configuration c{
        .script = "[%s]", .arguments = {"two words", "it's", "", "a\nb", "$HOME", "-x"}, .framework = "Python"};
    c.environment.python.interpreter_path = "/usr/bin/printf";
    c.environment.environment_variables = {{"GREETING", "hello 'you'"}};
    estima::launch_plan plan = make_launch_plan(c, the_run, {});
    plan.directory = "/";
    std::string const text = to_text(plan);
    INFO(text);
    CHECK(text.find("# rank 0 of 1\n") != std::string::npos);
    CHECK(text.find("'GREETING=hello '\\''you'\\'''") != std::string::npos);
    std::FILE* const shell = ::popen(text.c_str(), "r");
    REQUIRE(shell != nullptr);
    std::array<char, 200> output{};
    std::size_t const n = std::fread(output.data(), 1, output.size(), shell);
    CHECK(::pclose(shell) == 0);
    CHECK(std::string(output.data(), n) == "[two words][it's][][a\nb][$HOME][-x]");
}

TEST_CASE("hosts are named to mpirun in a file, and a plan of 10,000 of them stays within what can be passed") {
    estima::run_configuration c = python("Gloo", 80000);
    c.node_count = 10000;
    estima::launch_settings settings{.rendezvous = {"10.0.0.1:2345"}, .ssh_configuration = "/tmp/s/config", .network = "10.0.0.0/16"};
    for (int i = 0; i < 10000; ++i) settings.hosts.push_back("node-" + std::to_string(i) + ".cluster.example");
    auto const plan = checked(make_launch_plan(c, the_run, settings));
    CHECK(has(plan.mpirun_argv, {"--hostfile", "/w/runs/r_1/hosts"}));
    CHECK(has(plan.mpirun_argv, {"--mca", "btl_tcp_if_include", "10.0.0.0/16"}));
    REQUIRE(plan.processes.size() == 80000);
    auto const last = plan.processes.at(79999);
    CHECK(last.node_rank == 9999);
    CHECK(value_of(last.environment, "RANK") == "79999");
    CHECK(value_of(last.environment, "LOCAL_RANK") == "7");
    CHECK(value_of(last.environment, "ESTIMA_METRICS_FILE") == "/w/runs/r_1/metrics/rank_79999.jsonl");
    std::string const file = estima::host_file_text(settings.hosts, 8);
    CHECK(file.starts_with("node-0.cluster.example slots=8\nnode-1.cluster.example slots=8\n"));
    CHECK(std::count(file.begin(), file.end(), '\n') == 10000);
    CHECK_THROWS_AS(plan.processes.at(80000), std::out_of_range);
}

TEST_CASE("a plan that holds more than can be passed to a process is refused") {
    estima::run_configuration c = python("None", 1);
    CHECK_NOTHROW(checked(make_launch_plan(c, the_run, {})));
    c.arguments = {std::string(200'000, 'x')};
    std::string told = estima_test::error_of([&] { checked(make_launch_plan(c, the_run, {})); });
    CHECK(told.find("EST-412") != std::string::npos);
    CHECK(told.find("rank 0") != std::string::npos);
    c.arguments.assign(20, std::string(100'000, 'x'));
    CHECK(estima_test::error_of([&] { checked(make_launch_plan(c, the_run, {})); }).find("together") == std::string::npos);
    CHECK(estima_test::error_of([&] { checked(make_launch_plan(c, the_run, {})); }).find("arguments and variables have") != std::string::npos);

    estima::run_configuration servers = python("ParameterServer", 1);
    servers.framework = "TensorFlow";
    servers.node_count = 5000;
    servers.tensorflow.worker_count = 5000;
    servers.tensorflow.parameter_server_count = 5000;
    estima::launch_settings settings;
    for (int i = 0; i < servers.process_count(); ++i) settings.rendezvous.push_back("10.0.0.1:" + std::to_string(10000 + i));
    told = estima_test::error_of([&] { checked(make_launch_plan(servers, the_run, settings)); });
    CHECK(told.find("TF_CONFIG has") != std::string::npos);
}
