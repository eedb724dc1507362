// SPDX-License-Identifier: BSL-1.0
// The examples of docs/describing.md: what stands between two lines with -8<- is shown there, and what the last column
// of its tables shows stands somewhere in this file.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <estima/launcher/launch_plan.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/transport/targets.hpp>

// -8<- ask_headers
#include <estima/estimator/explain.hpp>            // explain<...>()
#include <estima/run_configuration/explain.hpp>    // explain(lower(job), ...)
#include <estima/run_configuration/origin_of.hpp>  // origin_of(job)
// -8<-

// -8<- describe
#include <estima/estima.hpp>

using namespace estima;

using gpu_pool = aml_compute<target_name<"gpu-pool">, max_nodes<8>, gpus_per_node<4>>;
using faces_job = estimator<pytorch<"1.4">, gpu_pool, nccl<process_count_per_node<4>>,
                            environment<pip_packages<"tqdm">, shm_size<8_GiB>>>;
// -8<-

static_assert(lowered<faces_job>.process_count_per_node == count{4} && !lowered<faces_job>.node_count.is_given);

namespace {
using texts = std::vector<std::string>;

// What the tables name; each is an estimator, or the compiler says why not.
using framework_types =
    std::tuple<estimator<generic>, estimator<scikit_learn<"0.20.3">>, estimator<pytorch<"1.4">>,
               estimator<tensorflow<"2.2">>, estimator<chainer<"5.1.0">>, estimator<xgboost<"1.7">>,
               estimator<lightgbm<"2.2.3">>, estimator<native>>;
using target_types = std::tuple<
    estimator<local>, estimator<ssh_hosts<max_nodes<4>, slots_per_node<16>>>,
    estimator<slurm<partition<"gpu">, gpus_per_node<2>>>, estimator<aml_compute<target_name<"cpu-pool">, max_nodes<8>>>,
    estimator<aml_compute<vm_size<"Standard_NC6">, vm_priority<priority::low_priority>>>,
    estimator<slurm<with_containers>>, estimator<aml_compute<target_name<"cpu-pool">, without_containers>>,
    estimator<ssh_hosts<target_name<"lab">>>>;
using backend_types =
    std::tuple<estimator<single_process>, estimator<mpi<process_count_per_node<4>>>,
               estimator<gloo<process_count_per_node<2>>>, estimator<nccl<process_count_per_node<2>>>,
               estimator<gpu_pool, parameter_server<worker_count<3>, parameter_server_count<1>, node_count<2>>>,
               estimator<gpu_pool, multi_worker<node_count<3>>>>;
using environment_types = std::tuple<
    estimator<environment<user_managed>>, estimator<environment<interpreter_path<"/usr/bin/python3">>>,
    estimator<environment<conda_packages<"numpy=1.18", "conda-forge::mpi4py>=3">>>,
    estimator<environment<pip_packages<"tqdm", "torch>=1.4,<2">>>,
    estimator<environment<conda_dependencies_file<"environment.yml">>>,
    estimator<environment<pip_requirements_file<"requirements.txt">>>,
    estimator<gpu_pool, environment<custom_docker_image<"continuumio/miniconda3:4.8.2">>>,
    estimator<gpu_pool,
              environment<custom_docker_image<"vision/train:3", registry_address<"team.azurecr.io">,
                                              registry_username<"reader">, registry_password_from<"TEAM_PASSWORD">>>>,
    estimator<gpu_pool, environment<shm_size<4_GiB>>>,
    estimator<environment<environment_variables<variable<"OMP_NUM_THREADS", "4">>>>,
    estimator<environment_definition<"vision", conda_packages<"numpy=1.18">>>>;
static_assert(std::tuple_size_v<framework_types> + std::tuple_size_v<target_types> + std::tuple_size_v<backend_types> +
                  std::tuple_size_v<environment_types> == 33);
static_assert(!estimable<aml_compute<>>);  // neither name nor size
static_assert(!estimable<custom_docker_image<"continuumio/miniconda3:4.8.2">>);  // a part is no policy

// -8<- ask
static_assert(estimable<pytorch<>, mpi<>>);  // the question, without an error
static_assert(!estimable<scikit_learn<>, mpi<>>);
static_assert(lowered<faces_job>.communicator == "Nccl");  // what the type decides, as a constant

void look_at(faces_job const& job) {
    std::cout << explain<scikit_learn<>, mpi<>>();  // policies, also such as do not compile
    std::cout << explain<faces_job>();              // or an estimator
    for (broken_rule const& rule : check(job)) std::cout << rule.text() << '\n';  // with its fields and files
    std::cout << explain(lower(job), origin_of(job));  // each field of the run configuration, and who set it
    bool const would_start = plan(job);                // prints every command; starts nothing
    std::cout << (would_start ? "submit would start it\n" : "submit would refuse it\n");
}
// -8<-
[[maybe_unused]] void (*const looked_at)(faces_job const&) = look_at;

// -8<- units
constexpr duration lengths[]{250_ms, 30_s, 90_min, 1.5_h, seconds(90), std::chrono::hours{2}};
constexpr bytes sizes[]{512_B, 64_KiB, 512_MiB, 4_GiB, bytes{1000}};
// -8<-
static_assert(lengths[0].seconds() == 0.25 && lengths[3] == lengths[2] && lengths[4] == 1.5_min && lengths[5] == 2_h);
static_assert(sizes[0].value == 512 && sizes[3] == bytes{4ULL << 30});
static_assert(!std::is_convertible_v<int, duration> && !std::is_convertible_v<double, duration>);
static_assert(!std::is_constructible_v<duration, int> && !std::is_convertible_v<int, bytes>);
static_assert(!estimable<gpu_pool, environment<shm_size<4>>>);

/// Whether submit takes a job of this kind, as far as its folders are not concerned.
template <class Estimator>
bool runs_here(Estimator job = {}) {
    job.fields().entry_script = "train.py";
    return has_transport(Estimator::policy_facts.target.kind) && what_cannot_be_honoured(lower(job), "local").empty();
}
}  // namespace

TEST_CASE("describing: the fields, in their order") {
    // -8<- fields
    faces_job job{{.source_directory = "faces", .entry_script = "fit.py", .node_count = 2}};
    job.fields().script_params = {{"--epochs", 9}};  // a job is a value: it can be copied and changed
    // -8<-
    CHECK(lower(job).pytorch.process_count == 8);
    CHECK(lower(job).arguments == texts{"--epochs", "9"});

    job_fields const all{.source_directory = "digits",
                         .entry_script = "train.py",
                         .script_params = {{"--epochs", 9}, {"--verbose", flag}},
                         .environment_variables = {{"OMP_NUM_THREADS", "4"}},
                         .max_run_duration = 90_min,
                         .display_name = "first try",
                         .tags = {{"team", "vision"}},
                         .node_count = 2,
                         .process_count_per_node = 4,
                         .interpreter_path = "venv/bin/python",
                         .inputs = {datastore{"blobs", "cache"}.as_mount()},
                         .resume_from = datastore{"blobs", "runs/7/checkpoint"},
                         .worker_count = 3,
                         .parameter_server_count = 1,
                         .priority = 3,
                         .source_directory_data_store = "fast_share",
                         .retries = {.at_most = 3}};
    run_configuration const c = lower(estimator<mpi<>>{all});
    CHECK(c.script == "train.py");
    CHECK(c.arguments == texts{"--epochs", "9", "--verbose", "--resume-from", "$AZUREML_DATAREFERENCE_MODEL_LOCATION"});
    CHECK(c.environment.environment_variables.at("OMP_NUM_THREADS") == "4");
    CHECK(c.environment.python.interpreter_path == "venv/bin/python");
    CHECK(c.max_run_duration_seconds == 5400);
    CHECK(c.display_name == "first try");
    CHECK(c.tags.at("team") == "vision");
    CHECK(c.process_count() == 8);
    CHECK(c.data_references.size() == 2);
    CHECK(c.priority == 3);
    CHECK(c.source_directory_data_store == "fast_share");
    CHECK(lower(estimator<>{{}}).environment.python.interpreter_path == "python3");
    CHECK_FALSE(lower(estimator<>{{}}).max_run_duration_seconds);
}

TEST_CASE("describing: retries") {
    // -8<- retries
    using lab = ssh_hosts<target_name<"lab">, max_nodes<2>, retries<3, cause::node_failure, cause::exit_code(75)>>;
    using tried_job = estimator<pytorch<>, lab, gloo<node_count<2>>>;
    tried_job tried{{.entry_script = "train.py", .retries = {.resume_from = "outputs/checkpoint_*.pt"}}};
    estimator<> here{{.entry_script = "train.py",
                      .retries = {.at_most = 2, .after = {cause::exit_code(75), cause::signal(9)}}}};
    // -8<-
    CHECK(lower(tried).retries == retries_section{3, {"node_failure", "exit_code 75"}, "outputs/checkpoint_*.pt"});
    CHECK(lower(here).retries == retries_section{2, {"exit_code 75", "signal 9"}, ""});
    CHECK(lower(estimator<ssh_hosts<retries<1>>>{{}}).retries == retries_section{1, {}, ""});
    CHECK_FALSE(lower(estimator<>{{}}).retries);
    for (auto const& one : {lower(tried), lower(here)}) {
        CHECK(run_configuration_from_json(to_json(one)) == one);
        CHECK(what_cannot_be_honoured(one, one.target == "local" ? "local" : "ssh_hosts").empty());
    }
    auto const broken = [](auto job) {
        texts ids;
        for (broken_rule const& rule : check(job))
            if (rule.id != "EST-021") ids.push_back(std::string{rule.id} + ": " + rule.where);
        return ids;
    };
    CHECK(broken(estimator<>{{.retries = {.at_most = 0}}}) == texts{"EST-070: retries.at_most is 0"});
    CHECK(broken(estimator<>{{.retries = {.at_most = 1001}}}) == texts{"EST-070: retries.at_most is 1001"});
    CHECK(broken(estimator<>{{.retries = {.after = {cause::signal(9)}}}}) ==
          texts{"EST-070: retries.at_most is not given"});
    CHECK(broken(estimator<>{{.retries = {.at_most = 1, .after = {cause::exit_code(256)}}}}) ==
          texts{"EST-071: retries: exit_code 256"});
    for (char const* const files : {"checkpoint", "/tmp/x", "outputs/../x", "outputs/"})
        CHECK(broken(estimator<>{{.retries = {.at_most = 1, .resume_from = files}}}) ==
              texts{"EST-072: retries.resume_from = \"" + std::string{files} + "\""});
    tried.fields().retries.at_most = 4;
    CHECK(broken(tried) == texts{"EST-006: retries.at_most = 4, and in the policy 3"});
    tried.fields().retries = {.after = {cause::preemption}};
    CHECK(broken(tried) == texts{"EST-006: retries.after = preemption, and in the policy node_failure, exit_code 75"});
    auto wrong = lower(here);
    wrong.retries = retries_section{0, {"exit_code 300", "sometimes"}, "x"};
    CHECK(what_cannot_be_honoured(wrong, "local").size() == 4);
}

TEST_CASE("describing: where on a node") {
    auto const c = lower(estimator<mpi<bind_to<"core">, map_by<"socket:PE=2">>>{{}});
    CHECK(c.placement == placement_section{"core", "socket:PE=2"});
    CHECK(run_configuration_from_json(to_json(c)) == c);
    CHECK_FALSE(lower(estimator<mpi<>>{{}}).placement);
    static_assert(is_mapping("slot:PE=16") && is_binding("none") && is_mapping("numa"));
    for (char const* const word :
         {"", "node", "core:", "core:PE=", "core:PE=0", "core:PE=x", "core:PE=99999", "core --x"})
        CHECK_FALSE(is_mapping(word));
}

TEST_CASE("describing: what becomes of a parameter's value") {
    std::filesystem::path const folder{"/data/digits"};
    estimator<aml_compute<target_name<"cpu-pool">>> job{{.entry_script = "fit.py"}};
    job.fields().script_params = {{"--note", "two words"},
                                  {"--verbose", flag},
                                  {"--epochs", 9},
                                  {"--rate", 0.1},
                                  {"--scale", 2.0},
                                  {"--shuffle", true},
                                  {"--images", folder},
                                  {"--faces", dataset{"faces"}.as_named_input("faces").as_mount()},
                                  {"", "train.csv"},
                                  {"test.csv", flag},
                                  {"--empty", ""}};
    CHECK(lower(job).arguments ==
          texts{"--note", "two words", "--verbose", "--epochs", "9", "--rate", "0.1", "--scale", "2", "--shuffle",
                "true", "--images", "/data/digits", "--faces", "DatasetConsumptionConfig:faces", "train.csv",
                "test.csv", "--empty", ""});
    estimator<> letter{{.script_params = {{"", 'c'}}}};
    CHECK(lower(letter).arguments == texts{"c"});
    static_assert(!std::is_constructible_v<script_value, std::vector<int>>);
}

TEST_CASE("describing: dollar signs") {
    // -8<- dollars
    using pair_job = estimator<pytorch<>, gloo<process_count_per_node<2>>>;

    pair_job job{{.entry_script = "fit.py",
                  .script_params = {{"--log", "log-${RANK}.txt"},  // log-0.txt, log-1.txt
                                    {"--home", "$HOME"},           // $HOME: not the backend's
                                    {"--template", "$$RANK"}}}};   // $RANK
    // -8<-
    launch_plan const started = make_launch_plan(lower(job), run_directory{"/w/runs/r"}, {});
    REQUIRE(started.processes.size() == 2);
    texts const& argv = started.processes[1].argv;
    CHECK(texts{std::next(argv.begin(), 2), argv.end()} ==
          texts{"--log", "log-1.txt", "--home", "$HOME", "--template", "$RANK"});
}

TEST_CASE("describing: inputs") {
    std::vector<data_input> const inputs{dataset{"ages", 3}.as_named_input("ages"),
                                         dataset{"faces"}.as_named_input("images").as_mount(),
                                         dataset{"faces"}.as_named_input("copies").as_download("/tmp/faces"),
                                         datastore{"blobs"},
                                         datastore{"blobs"}.path("faces/train").as_mount(),
                                         datastore{"blobs", "cache"}.as_download("/tmp/cache"),
                                         datastore{"blobs", "results"}.as_upload("./results"),
                                         data_input{.source = "blobs", .name = "truth", .path = "labels"}};
    texts modes, names;
    for (data_input const& one : inputs) {
        modes.emplace_back(to_string(one.mode));
        names.push_back(one.name);
    }
    CHECK(modes == texts{"direct", "mount", "download", "mount", "mount", "download", "upload", "mount"});
    CHECK(names ==
          texts{"ages", "images", "copies", "blobs", "blobs_faces_train", "blobs_cache", "blobs_results", "truth"});
    CHECK(std::count_if(inputs.begin(), inputs.end(), [](data_input const& one) { return one.is_dataset; }) == 3);
}

TEST_CASE("describing: counts in the type, or when the program runs") {
    int const processes = 4;
    // -8<- counts
    using pair_job = estimator<mpi<process_count_per_node<2>>>;  // known to the compiler
    using any_job = estimator<mpi<>>;                            // left open

    pair_job pair{{.entry_script = "train.py"}};
    any_job any{{.entry_script = "train.py", .process_count_per_node = processes}};
    // -8<-
    CHECK(lower(pair).process_count() == 2);
    CHECK(lower(any).process_count() == 4);
    CHECK(lower(any_job{{}}).process_count() == 1);
    pair.fields().process_count_per_node = 2;  // the same in both places
    auto is_contradicted = [](auto const& job) {
        std::vector<broken_rule> const found = check(job);
        return std::any_of(found.begin(), found.end(), [](broken_rule const& one) { return one.id == "EST-006"; });
    };
    CHECK_FALSE(is_contradicted(pair));
    pair.fields().process_count_per_node = 3;
    CHECK(is_contradicted(pair));
    CHECK(lower(estimator<gpu_pool, multi_worker<node_count<3>>>{}).tensorflow.worker_count == 3);
    CHECK(lower(estimator<gpu_pool, parameter_server<>>{}).tensorflow == tensorflow_section{1, 1});
}

TEST_CASE("describing: what runs on this machine, and what is only described and lowered") {
    CHECK(runs_here<estimator<>>());
    CHECK(runs_here<estimator<native>>());
    CHECK(runs_here<estimator<pytorch<>, gloo<process_count_per_node<2>>>>());
    CHECK(runs_here<estimator<pytorch<>, nccl<process_count_per_node<2>>>>());
    CHECK(runs_here<estimator<tensorflow<>, mpi<process_count_per_node<2>>>>());
    CHECK(runs_here<estimator<scikit_learn<>, environment<user_managed, interpreter_path<"/usr/bin/python3">>>>());
    CHECK(runs_here<estimator<environment<environment_variables<variable<"OMP_NUM_THREADS", "4">>>>>());
    CHECK(runs_here<estimator<>>({{.display_name = "first try", .tags = {{"team", "vision"}}, .priority = 3}}));

    CHECK_FALSE(runs_here<estimator<pytorch<"1.4">>>());
    CHECK_FALSE(runs_here<estimator<environment<pip_packages<"tqdm">>>>());
    CHECK_FALSE(runs_here<estimator<environment<conda_packages<"numpy">>>>());
    CHECK_FALSE(runs_here<estimator<environment<conda_dependencies_file<"environment.yml">>>>());
    CHECK(runs_here<estimator<parameter_server<>>>());
    CHECK(runs_here<estimator<multi_worker<worker_count<3>>>>());
    CHECK_FALSE(runs_here<estimator<>>({{.inputs = {datastore{"blobs"}}}}));
    CHECK_FALSE(runs_here<estimator<>>({{.resume_from = datastore{"blobs"}}}));
    CHECK_FALSE(runs_here<estimator<>>({{.source_directory_data_store = "fast_share"}}));
    CHECK_FALSE(runs_here<estimator<ssh_hosts<>>>());
    CHECK_FALSE(runs_here<estimator<slurm<>>>());
    CHECK_FALSE(runs_here<estimator<gpu_pool>>());
}
