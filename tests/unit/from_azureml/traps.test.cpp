// SPDX-License-Identifier: BSL-1.0
// What docs/from-azureml.md says of mistakes: each is refused by the compiler, or by check(), or told as a warning.
#include <algorithm>
#include <concepts>
#include <optional>

#include <support/temporary_directory.hpp>

#include "pools.hpp"

using namespace from_azureml;

namespace {
// -8<- trap_dataset_or_datastore
template <class T>
concept can_be_a_named_input = requires(T const& data) { data.as_named_input("images"); };

static_assert(can_be_a_named_input<es::dataset> && !can_be_a_named_input<es::datastore>);
// -8<-

// -8<- trap_two_places
// EST-006
static_assert(!es::estimable<cpu_pool, es::mpi<es::process_count_per_node<2>, es::process_count_per_node<1>>>);
// -8<-

// -8<- checks
// backends: EST-002, EST-004, EST-005
static_assert(!es::estimable<es::pytorch<>, cpu_pool, es::parameter_server<>>);
static_assert(!es::estimable<es::scikit_learn<>, cpu_pool, es::mpi<es::node_count<2>>>);
// nodes and processes: EST-003, EST-007, EST-008
static_assert(!es::estimable<es::local, es::mpi<es::node_count<2>>>);
static_assert(!es::estimable<cpu_pool, es::mpi<es::node_count<0>>>);
static_assert(!es::estimable<cpu_pool, es::mpi<es::process_count_per_node<0>>>);
// versions: EST-013
static_assert(!es::estimable<es::pytorch<"1.7">, cpu_pool>);
// environments: EST-012, EST-014 to EST-017
using vision = es::environment_definition<"vision", es::pip_packages<"tqdm">>;
static_assert(!es::estimable<cpu_pool, vision, es::environment<es::shm_size<4_GiB>>>);
static_assert(!es::estimable<cpu_pool, es::environment<es::pip_packages<"tqdm">, es::pip_packages<"pillow">>>);
static_assert(!es::estimable<cpu_pool, es::environment<es::user_managed, es::conda_packages<"numpy">>>);
static_assert(
    !es::estimable<cpu_pool, es::environment<es::conda_dependencies_file<"e.yml">, es::pip_packages<"tqdm">>>);
static_assert(!es::estimable<es::aml_compute<es::target_name<"pool">, es::without_containers>,
                             es::environment<es::custom_docker_image<"continuumio/miniconda3:4.8.2">>>);
// what only shows on the nodes: EST-018, EST-027, EST-046
static_assert(!es::estimable<es::aml_compute<es::target_name<"pool">, es::gpus_per_node<0>>, es::nccl<>>);
static_assert(!es::estimable<gpu_pool, es::nccl<es::process_count_per_node<5>>>);
static_assert(!es::estimable<cpu_pool, es::parameter_server<es::process_count_per_node<2>>>);
// -8<-

// That each is refused for its own reason.
template <class Broken, int Id>
inline constexpr bool breaks_only = false;
template <int Id, class... Rest>
inline constexpr bool breaks_only<es::rules<es::broken<es::est<Id>, Rest...>>, Id> = true;
template <int Id, class... Policies>
inline constexpr bool only = breaks_only<es::broken_rules<Policies...>, Id>;

static_assert(only<6, cpu_pool, es::mpi<es::process_count_per_node<2>, es::process_count_per_node<1>>>);
static_assert(only<2, es::pytorch<>, cpu_pool, es::parameter_server<>>);
static_assert(only<2, es::scikit_learn<>, cpu_pool, es::mpi<>>);
static_assert(only<3, es::local, es::mpi<es::node_count<2>>>);
static_assert(only<7, cpu_pool, es::mpi<es::node_count<0>>>);
static_assert(only<8, cpu_pool, es::mpi<es::process_count_per_node<0>>>);
static_assert(only<13, es::pytorch<"1.7">, cpu_pool>);
static_assert(only<12, cpu_pool, vision, es::environment<es::shm_size<4_GiB>>>);
static_assert(only<14, cpu_pool, es::environment<es::pip_packages<"tqdm">, es::pip_packages<"pillow">>>);
static_assert(only<15, cpu_pool, es::environment<es::user_managed, es::conda_packages<"numpy">>>);
static_assert(only<15, cpu_pool, es::environment<es::user_managed, es::pip_requirements_file<"r.txt">>>);
static_assert(only<16, cpu_pool, es::environment<es::conda_dependencies_file<"e.yml">, es::pip_packages<"tqdm">>>);
static_assert(only<17, es::aml_compute<es::target_name<"pool">, es::without_containers>,
                   es::environment<es::custom_docker_image<"continuumio/miniconda3:4.8.2">>>);
static_assert(only<18, es::aml_compute<es::target_name<"pool">, es::gpus_per_node<0>>, es::nccl<>>);
static_assert(only<27, gpu_pool, es::nccl<es::process_count_per_node<5>>>);
static_assert(
    only<19, es::aml_compute<es::target_name<"pool">, es::slots_per_node<2>>, es::mpi<es::process_count_per_node<3>>>);
static_assert(only<46, cpu_pool, es::parameter_server<es::process_count_per_node<2>>>);

// What has another type does not compile: resume_from, inputs, values of parameters, a model's path that is None.
static_assert(!std::convertible_to<char const*, std::optional<es::datastore>>);
static_assert(!std::convertible_to<char const*, es::data_input> && std::convertible_to<es::datastore, es::data_input>);
static_assert(!std::constructible_from<es::script_value, es::data_section>);
static_assert(!std::constructible_from<es::script_value, es::dataset>, "a dataset has no name for the script yet");
static_assert(std::same_as<decltype(es::model_options::path), std::string>);
}  // namespace

TEST_CASE("from Azure ML: a process on a node with four GPUs is a warning") {
    // -8<- trap_idle_gpus
    using keras_job = es::estimator<gpu_pool, es::mpi<es::node_count<2>, es::process_count_per_node<1>>>;

    std::vector<es::broken_rule> const told = es::check(keras_job{{.entry_script = "fit.py"}});  // EST-039, a warning
    // -8<-
    auto const is_it = [](es::broken_rule const& r) { return r.id == "EST-039" && r.level == es::rule_level::warning; };
    CHECK(std::count_if(told.begin(), told.end(), is_it) == 1);
    CHECK(broken_by(keras_job{{.entry_script = "fit.py"}}) == texts{"EST-039"});
}

TEST_CASE("from Azure ML: process_count_per_node is never taken from a second place in silence") {
    using faces_job = es::estimator<cpu_pool, es::mpi<es::process_count_per_node<1>>>;
    CHECK(broken_by(faces_job{{.entry_script = "fit.py", .process_count_per_node = 2}}) == texts{"EST-006"});
    CHECK(broken_by(faces_job{{.entry_script = "fit.py", .process_count_per_node = 1}}).empty());
    CHECK(es::lower(es::estimator<cpu_pool, es::mpi<>>{{.process_count_per_node = 2}}).mpi.process_count_per_node == 2);
}

TEST_CASE("from Azure ML: the remaining checks need the running program") {
    auto broken = [](es::job_fields fields) {
        fields.entry_script = fields.entry_script.empty() ? "fit.py" : fields.entry_script;
        return broken_by(plain_job{std::move(fields)});
    };
    CHECK(broken({}).empty());
    CHECK(broken({.node_count = 2}) == texts{"EST-004"});
    CHECK(broken({.process_count_per_node = 2}) == texts{"EST-004"});
    CHECK(broken({.entry_script = "fit.ipynb"}) == texts{"EST-045"});
    CHECK(broken({.environment_variables = {{"AZUREML_RUN_ID", "1"}}}) == texts{"EST-011"});
    CHECK(broken({.script_params = {{"--a", 1}, {"--a", 2}}}) == texts{"EST-031"});
    CHECK(broken({.tags = {{"a", "1"}, {"a", "2"}}}) == texts{"EST-026"});
    CHECK(broken({.display_name = std::string(257, 'x')}) == texts{"EST-032"});
    CHECK(broken({.inputs = {es::dataset{"a"}.as_named_input("x"), es::dataset{"b"}.as_named_input("x")}}) ==
          texts{"EST-041"});
    CHECK(broken({.inputs = {es::dataset{"a"}.as_named_input("my input")}}) == texts{"EST-042"});
    CHECK(broken_by(es::estimator<es::scikit_learn<>, cpu_pool>{{.entry_script = "fit.py", .node_count = 2}}) ==
          texts{"EST-004", "EST-005"});
    using with_priority =
        es::estimator<es::aml_compute<es::target_name<"pool">, es::vm_priority<es::priority::dedicated>>>;
    CHECK(broken_by(with_priority{{.entry_script = "fit.py"}}) == texts{"EST-043"});
    using with_torch = es::estimator<es::pytorch<"1.4">, cpu_pool, es::environment<es::pip_packages<"torch==1.4.1">>>;
    CHECK(broken_by(with_torch{{.entry_script = "fit.py"}}) == texts{"EST-040"});
}

TEST_CASE("from Azure ML: source directory and entry script are looked for when the job is checked") {
    estima_test::temporary_directory const faces;
    auto ids = [](es::job_fields fields) {
        texts found;
        for (es::broken_rule const& rule : es::check(plain_job{std::move(fields)})) found.emplace_back(rule.id);
        return found;
    };
    CHECK(ids({.source_directory = faces.path(), .entry_script = "fit.py"}) == texts{"EST-021"});
    CHECK(ids({.source_directory = faces.path() / "nowhere", .entry_script = "fit.py"}) == texts{"EST-020"});
    es::replace_file(faces / "fit.py", "");
    CHECK(ids({.source_directory = faces.path(), .entry_script = "fit.py"}).empty());
}

TEST_CASE("from Azure ML: communicators that Azure writes in several ways are one") {
    for (char const* const word : {"IntelMpi", "OpenMpi", "mpi"})
        CHECK(es::run_configuration_from_json({{"communicator", word}}).communicator == "Mpi");
    CHECK(es::run_configuration_from_json({{"communicator", "nccl"}, {"framework", "python"}}).framework == "Python");
}
