// SPDX-License-Identifier: BSL-1.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>

#include <estima/estimator.hpp>
#include <estima/run_configuration/explain.hpp>
#include <estima/run_configuration/json.hpp>
#include <estima/run_configuration/lower.hpp>
#include <estima/run_configuration/origin_of.hpp>
#include <estima/system/files.hpp>

#include <support/source_folder.hpp>
#include <support/temporary_directory.hpp>

namespace {
using namespace estima;

std::vector<std::string> arguments(std::vector<script_param> params) {
    return lower(estimator<>{{.script_params = std::move(params)}}).arguments;
}
using list = std::vector<std::string>;

/// The committed file of that name, in sparse JSON. Set ESTIMA_WRITE_GOLDEN to write it anew, then read the difference.
void check_golden(std::string const& name, run_configuration const& c) {
    std::string const path = estima_test::source_folder() + "/golden/" + name + ".json";
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
    CHECK(arguments({{"", -7}, {"", 18446744073709551615ull}, {"", std::int8_t{-3}}}) ==
          list{"-7", "18446744073709551615", "-3"});
    double const third = 1.0 / 3;
    CHECK(std::stod(arguments({{"", third}})[0]) == third);
}

TEST_CASE("a character is a text of one character, a small number is a number") {
    CHECK(arguments({{"--c", 'x'}, {"--i", std::int8_t{120}}, {"--u", std::uint8_t{120}}}) ==
          list{"--c", "x", "--i", "120", "--u", "120"});
    STATIC_REQUIRE_FALSE(std::is_constructible_v<script_value, wchar_t>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<script_value, char8_t>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<script_value, char16_t>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<script_value, char32_t>);
}

TEST_CASE("counts below 1 are lowered as they are, and go through JSON and back") {
    for (run_configuration const& c :
         {lower(estimator<mpi<>>{{.entry_script = "t.py", .node_count = 0}}),
          lower(estimator<pytorch<>, gloo<>>{{.entry_script = "t.py", .node_count = -1}})}) {
        CHECK(c.node_count < 1);
        CHECK(run_configuration_from_json(to_json(c)) == c);
        CHECK(run_configuration_from_json(to_sparse_json(c)) == c);
    }
}

TEST_CASE("an estimator lowers to the committed run configuration") {
    check_golden("generic_defaults", lower(estimator<>{{.source_directory = "digits", .entry_script = "train.py"}}));
    check_golden(
        "scikit_learn",
        lower(estimator<scikit_learn<>, local, environment<user_managed, interpreter_path<"/usr/bin/python3">>>{
            {.source_directory = "digits",
             .entry_script = "train.py",
             .script_params = {{"--regularization", 0.8}, {"--verbose", flag}},
             .environment_variables = {{"OMP_NUM_THREADS", "1"}},
             .max_run_duration = 90_min,
             .display_name = "first try",
             .tags = {{"team", "vision"}}}}));
    check_golden("pytorch_gloo",
                 lower(estimator<pytorch<>, gloo<process_count_per_node<2>>>{{.entry_script = "train.py"}}));
    check_golden("azure_pytorch_nccl",
                 lower(estimator<pytorch<"1.4">, nccl<node_count<2>, process_count_per_node<4>>,
                                 aml_compute<target_name<"gpu-pool">, max_nodes<8>, gpus_per_node<4>>,
                                 environment<conda_packages<"mkl=2019">, pip_packages<"tqdm">, shm_size<8_GiB>,
                                             environment_variables<variable<"OMP_NUM_THREADS", "4">>>>{
                     {.entry_script = "train.py",
                      .script_params = {{"--data", dataset{"faces", "3"}.as_named_input("faces").as_mount()},
                                        {"--init", "$AZ_BATCHAI_PYTORCH_INIT_METHOD"}},
                      .inputs = {datastore{"blobs", "cache"}.as_download("/tmp/cache", true)},
                      .resume_from = datastore{"blobs", "runs/7"},
                      .priority = 3}}));
    check_golden(
        "azure_tensorflow_parameter_server",
        lower(estimator<
              tensorflow<"1.13">, parameter_server<node_count<2>, worker_count<2>>,
              aml_compute<vm_size<"Standard_D2_v2">, vm_priority<priority::low_priority>>,
              environment<custom_docker_image<"team.azurecr.io/tf:1", registry_address<"team.azurecr.io">,
                                              registry_username<"reader">, registry_password_from<"TEAM_PASSWORD">>>>{
            {.entry_script = "train.py"}}));
    check_golden(
        "native_mpi",
        lower(estimator<native, mpi<>>{{.entry_script = "bin/train", .node_count = 1, .process_count_per_node = 4}}));
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
    CHECK(lower(estimator<>{{.max_run_duration = seconds(std::nan(""))}}).max_run_duration_seconds == -1);
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
    for (auto const& [given, expected] :
         std::vector<std::pair<std::string, std::string>>{{"python3", "python3"},
                                                          {"/usr/bin/python3", "/usr/bin/python3"},
                                                          {"venv/bin/python", "/home/me/venv/bin/python"}}) {
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
    CHECK(refusal(R"({"nodeCount": 0})") == "taken");  // breaks a rule, which is told elsewhere
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

TEST_CASE("inputs stand in the arguments by what the service replaces, and under their names") {
    dataset const digits{"digits", "2"};
    run_configuration const c = lower(estimator<aml_compute<target_name<"pool">>>{
        {.script_params = {{"--mount", digits.as_named_input("m").as_mount("/data")},
                           {"--download", digits.as_named_input("d").as_download()},
                           {"--id", digits.as_named_input("i")},
                           {"--store", datastore{"blobs"}},
                           {"--part", datastore{"blobs"}.path("a/b-c").as_upload("out", true)}},
         .inputs = {dataset{"other"}.as_named_input("o")}}});
    CHECK(c.arguments == list{"--mount", "DatasetConsumptionConfig:m", "--download", "DatasetConsumptionConfig:d",
                              "--id", "DatasetConsumptionConfig:i", "--store", "$AZUREML_DATAREFERENCE_blobs", "--part",
                              "$AZUREML_DATAREFERENCE_blobs_a_b_c"});
    CHECK(c.data.size() == 4);
    CHECK(c.data.at("m").mechanism == "mount");
    CHECK(c.data.at("m").path_on_compute == "/data");
    CHECK(c.data.at("m").environment_variable_name == "m");
    CHECK(c.data.at("m").data_location.dataset == dataset_section{"", "digits", "2"});
    CHECK(c.data.at("d").mechanism == "download");
    CHECK(c.data.at("i").mechanism == "direct");
    CHECK(c.data.at("o").data_location.dataset->name == "other");
    CHECK(c.data_references.size() == 2);
    CHECK(c.data_references.at("blobs") == data_reference_section{"blobs", "", "mount", false, ""});
    CHECK(c.data_references.at("blobs_a_b_c") == data_reference_section{"blobs", "a/b-c", "upload", true, "out"});
}

TEST_CASE("workers of TensorFlow: one a node where servers are none, and what the fields say") {
    using roles = estimator<tensorflow<>, aml_compute<target_name<"pool">>, multi_worker<>>;
    CHECK(lower(roles{{.node_count = 3}}).tensorflow == tensorflow_section{3, 0});
    CHECK(lower(roles{{.node_count = 3, .worker_count = 6}}).tensorflow == tensorflow_section{6, 0});
    using servers =
        estimator<tensorflow<>, aml_compute<target_name<"pool">>, parameter_server<parameter_server_count<2>>>;
    CHECK(lower(servers{{.node_count = 3}}).tensorflow == tensorflow_section{1, 2});
    CHECK(lower(servers{{.worker_count = 4}}).tensorflow == tensorflow_section{4, 2});
}

TEST_CASE("a file of requirements is read into the packages, without comments") {
    estima_test::temporary_directory const folder;
    replace_file(folder.path() / "needs.txt",
                 "# for training\nnltk>=3  # words\n\n  tqdm\r\npkg @ https://x.org/p.zip#sha1=ab\nlong==1 \\\n  "
                 "--hash=sha256:00\n");
    using job = estimator<aml_compute<target_name<"pool">>,
                          environment<pip_packages<"six">, pip_requirements_file<"needs.txt">>>;
    auto const packages = [&](std::string directory) {
        return lower(job{{.source_directory = std::move(directory)}})
            .environment.python.conda_dependencies->dependencies;
    };
    CHECK(packages(folder.path().string()).pip == list{"azureml-defaults", "six", "nltk>=3", "tqdm",
                                                       "pkg @ https://x.org/p.zip#sha1=ab",
                                                       "long==1 --hash=sha256:00"});
    CHECK(packages(folder.path().string()).conda == list{"python=3.6.2"});
    CHECK(packages("/nowhere").pip == list{"azureml-defaults", "six"});
}

TEST_CASE("a line of the file of requirements takes the place of what framework and target add") {
    estima_test::temporary_directory const folder;
    auto const packages = [&]<class Job>(Job, std::string const& lines) {
        replace_file(folder / "needs.txt", lines);
        return lower(Job{{.source_directory = folder.path()}}).environment.python.conda_dependencies->dependencies.pip;
    };
    using pool = aml_compute<target_name<"pool">>;
    using torch =
        estimator<pytorch<"1.5">, pool, environment<pip_packages<"tqdm">, pip_requirements_file<"needs.txt">>>;
    using tensor = estimator<tensorflow<"2.0">, pool, environment<pip_requirements_file<"needs.txt">>>;
    CHECK(packages(torch{}, "\xEF\xBB\xBFTorch==1.5.1\n--pre\n") ==
          list{"azureml-defaults", "torchvision==0.6.0", "tqdm", "Torch==1.5.1", "--pre"});
    CHECK(packages(torch{}, "azureml_defaults==1.0.85\ntqdm\n") ==
          list{"torch==1.5.0", "torchvision==0.6.0", "tqdm", "azureml_defaults==1.0.85", "tqdm"});
    CHECK(packages(tensor{}, "tensorflow-cpu==2.0.1") == list{"azureml-defaults", "tensorflow-cpu==2.0.1"});
}

TEST_CASE("sizes of shared memory are told as docker reads them") {
    CHECK(lower(estimator<aml_compute<target_name<"pool">>, environment<shm_size<4_GiB>>>{{}})
              .environment.docker.shm_size == "4g");
    CHECK(lower(estimator<aml_compute<target_name<"pool">>, environment<shm_size<512_MiB>>>{{}})
              .environment.docker.shm_size == "512m");
    CHECK(lower(estimator<aml_compute<target_name<"pool">>, environment<shm_size<1500_KiB>>>{{}})
              .environment.docker.shm_size == "1536000b");
    CHECK(lower(estimator<aml_compute<target_name<"pool">>>{{}}).environment.docker.shm_size == "2g");
}

namespace {
template <class Estimator>
void check_that_all_is_explained(Estimator const& job) {
    for (explained_field const& field : explained(lower(job), origin_of(job))) {
        CAPTURE(field.key, field.value);
        CHECK(field.set_by != "the program");
    }
}
}  // namespace

TEST_CASE("each field that is not a default is explained by the policy or field that set it") {
    check_that_all_is_explained(estimator<>{{.entry_script = "train.py"}});
    check_that_all_is_explained(estimator<native, mpi<process_count_per_node<2>>>{{.entry_script = "train"}});
    check_that_all_is_explained(estimator<scikit_learn<>, environment<user_managed, interpreter_path<"python3.11">>>{
        {.entry_script = "train.py",
         .script_params = {{"--a", 1}},
         .max_run_duration = 3_s,
         .display_name = "x",
         .tags = {{"a", "b"}}}});
    check_that_all_is_explained(estimator<pytorch<"1.4">, nccl<process_count_per_node<4>>,
                                          aml_compute<vm_size<"NC6">, vm_priority<priority::dedicated>>,
                                          environment<conda_packages<"mkl">, pip_packages<"tqdm">, shm_size<8_GiB>,
                                                      environment_variables<variable<"A", "4">>>>{
        {.entry_script = "train.py",
         .environment_variables = {{"B", "1"}},
         .node_count = 2,
         .inputs = {datastore{"blobs"}, dataset{"a"}.as_named_input("b")},
         .resume_from = datastore{"blobs", "runs/7"},
         .priority = 3,
         .source_directory_data_store = "share"}});
    check_that_all_is_explained(
        estimator<tensorflow<>, aml_compute<target_name<"pool">>, parameter_server<worker_count<2>>,
                  environment<custom_docker_image<"a.io/b:1", registry_address<"a.io">>>>{
            {.entry_script = "train.py", .node_count = 2, .parameter_server_count = 2}});
    check_that_all_is_explained(estimator<tensorflow<>, aml_compute<target_name<"pool">>, multi_worker<>,
                                          environment_definition<"mine", conda_dependencies_file<"e.yml">>>{
        {.entry_script = "train.py", .node_count = 2}});
    check_that_all_is_explained(
        estimator<pytorch<>, aml_compute<target_name<"pool">>, environment_definition<"theirs">>{
            {.entry_script = "train.py"}});
    using of_a_version = estimator<pytorch<>, aml_compute<target_name<"pool">>, environment_definition<"theirs:3">>;
    check_that_all_is_explained(of_a_version{{.entry_script = "train.py"}});
    CHECK(lower(of_a_version{{.entry_script = "train.py"}}).environment.name == "theirs");
    CHECK(lower(of_a_version{{.entry_script = "train.py"}}).environment.version == "3");
    STATIC_REQUIRE_FALSE(estimable<aml_compute<target_name<"pool">>, environment_definition<"theirs:">>);
    check_that_all_is_explained(estimator<pytorch<>, aml_compute<target_name<"pool">>, environment<user_managed>>{
        {.entry_script = "train.py"}});
    auto const job = estimator<mpi<process_count_per_node<2>>>{{.node_count = 1}};
    CHECK(origin_of(job).of("nodeCount") == "field node_count");
    CHECK(origin_of(job).of("mpi.processCountPerNode") == "policy mpi's process_count_per_node");
    auto const on_one_node = estimator<pytorch<>, gloo<>>{{.process_count_per_node = 2}};
    CHECK(origin_of(on_one_node).of("pytorch.processCount") == "field process_count_per_node");
    CHECK(origin_of(on_one_node).of("pytorch.communicationBackend") == "policy gloo");
    auto const open = estimator<pytorch<>, slurm<max_nodes<2>>, gloo<process_count_per_node<2>>>{{.node_count = 2}};
    CHECK(origin_of(open).of("pytorch.processCount") == "field node_count, policy gloo's process_count_per_node");
    auto const resumed = estimator<>{{.script_params = {{"--a", 1}}, .resume_from = datastore{"blobs", "runs/7"}}};
    CHECK(origin_of(resumed).of("arguments") == "field script_params, field resume_from");
    estimator<aml_compute<target_name<"pool">, max_nodes<2>>, mpi<>> azure{{}};
    auto const tells_the_datastore = [&azure] {
        for (explained_field const& one : explained(lower(azure), origin_of(azure), explain_defaults::no))
            if (one.key == "sourceDirectoryDataStore") return one.set_by;
        return std::string{"a default"};
    };
    CHECK(tells_the_datastore() == "a default");
    azure.fields().node_count = 2;
    CHECK(tells_the_datastore() == "policy aml_compute");
}

TEST_CASE("the framework's own package is not added beside one of the user's that goes by another name") {
    using pool = aml_compute<target_name<"pool">>;
    auto const asked =
        lower(estimator<pytorch<"1.4">, pool, environment<conda_packages<"pytorch=1.5">>>{{.entry_script = "a.py"}});
    auto const pip = asked.environment.python.conda_dependencies->dependencies.pip;
    CHECK(std::none_of(pip.begin(), pip.end(), [](std::string const& one) { return one.starts_with("torch=="); }));
    CHECK(std::any_of(pip.begin(), pip.end(), [](std::string const& one) { return one.starts_with("torchvision=="); }));
}
