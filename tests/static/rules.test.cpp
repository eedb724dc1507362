// SPDX-License-Identifier: BSL-1.0
// What the compiler refuses and what it takes: each rule on both sides of its boundary. Building this file is the test.
#include <estima/estimator.hpp>

namespace {
using namespace estima;

// policies in any order name one type, and defaults fill what is left out
static_assert(std::same_as<estimator<>, estimator<generic, local, single_process, environment<>>>);
static_assert(std::same_as<estimator<mpi<>, pytorch<>>, estimator<pytorch<>, mpi<>>>);
static_assert(std::same_as<estimator<environment<>, native, local>, estimator<local, native>>);
static_assert(!std::same_as<estimator<mpi<>>, estimator<mpi<node_count<1>>>>);

// the framework's partial specialisation is chosen, and is still an estimator
static_assert(estimator<pytorch<>>::framework_version().empty());
template <class T>
concept names_an_executable = requires(T const& job) { job.executable(); };
static_assert(names_an_executable<estimator<native>> && !names_an_executable<estimator<generic>>);
static_assert(any_estimator<estimator<generic>> && any_estimator<estimator<native>> && !any_estimator<int>);

// EST-001, EST-012: what may stand between the angle brackets
static_assert(!estimable<int> && !estimable<generic, node_count<2>>);
static_assert(estimable<generic> && !estimable<generic, pytorch<>> && !estimable<mpi<>, gloo<>> &&
              !estimable<local, local>);
static_assert(!estimable<environment<>, environment<user_managed>>);

// EST-002: which framework takes which backend
static_assert(estimable<generic, mpi<>> && estimable<generic, gloo<>>);
static_assert(estimable<pytorch<>, mpi<>> && estimable<pytorch<>, gloo<>>);
static_assert(estimable<native, mpi<>> && estimable<native, gloo<>>);
static_assert(estimable<scikit_learn<>, single_process> && !estimable<scikit_learn<>, mpi<>> &&
              !estimable<scikit_learn<>, gloo<>>);

// EST-003: a target's capacity
static_assert(estimable<mpi<node_count<1>>> && !estimable<mpi<node_count<2>>>);
struct two_nodes {
    using slot = compute_target_slot;
    static constexpr void tell(facts& f) { f.target.max_nodes = 2; }
};
static_assert(estimable<two_nodes, mpi<node_count<2>>> && !estimable<two_nodes, mpi<node_count<3>>>);

// EST-004: several processes need a backend; a backend of one's own that asks for them without being able to
template <int Nodes, int Processes>
struct lonely {
    using slot = distribution_backend_slot;
    static constexpr void tell(facts& f) {
        f.node_count.also(Nodes);
        f.process_count_per_node.also(Processes);
    }
};
static_assert(estimable<two_nodes, lonely<1, 1>> && !estimable<two_nodes, lonely<2, 1>> &&
              !estimable<two_nodes, lonely<1, 2>>);

// EST-005: scikit-learn trains on one node
using on_two_nodes = broken_rules<scikit_learn<>, two_nodes, mpi<node_count<2>>>;
static_assert(
    std::same_as<
        on_two_nodes,
        rules<broken<est<2>, backend_not_supported_by_the_framework, use_another_backend_or_the_generic_framework>,
              broken<est<5>, several_nodes_for_a_framework_that_trains_on_one,
                     train_on_one_node_or_use_generic_for_a_script_that_distributes_itself>>>);

// EST-006: a value in two places
static_assert(!estimable<two_nodes, mpi<node_count<1>, node_count<2>>> &&
              estimable<two_nodes, mpi<node_count<2>, node_count<2>>>);
static_assert(!estimable<mpi<process_count_per_node<2>, process_count_per_node<3>>>);
static_assert(!estimable<environment<interpreter_path<"a">, interpreter_path<"b">>>);
static_assert(!estimable<environment<interpreter_path<"a">, interpreter_path<"b">, interpreter_path<"b">>>);
static_assert(estimable<environment<interpreter_path<"a">, interpreter_path<"a">>>);
static_assert(!estimable<ssh_hosts<max_nodes<2>, max_nodes<3>>> && estimable<ssh_hosts<max_nodes<2>, max_nodes<2>>>);
static_assert(!estimable<ssh_hosts<target_name<"a">, target_name<"b">>> && estimable<ssh_hosts<target_name<"a">>>);
static_assert(!estimable<slurm<partition<"a">, target_name<"b">>> && estimable<slurm<partition<"a">, partition<"a">>>);
static_assert(!estimable<slurm<with_containers, without_containers>>);
static_assert(!estimable<aml_compute<vm_size<"A">, vm_size<"B">>> &&
              estimable<aml_compute<vm_size<"A">, vm_size<"A">>>);
static_assert(
    !estimable<aml_compute<vm_size<"A">, vm_priority<priority::dedicated>, vm_priority<priority::low_priority>>>);
static_assert(estimable<aml_compute<vm_size<"A">, without_containers>>);

// EST-053: what stands in a policy belongs there
static_assert(!estimable<mpi<node_count<1>, max_nodes<2>>> && !estimable<environment<mpi<>>> &&
              !estimable<mpi<environment<>>>);
static_assert(!estimable<environment<target_name<"a">>> && !estimable<mpi<pip_packages<"x">>> &&
              !estimable<environment<int>>);
static_assert(!estimable<slurm<vm_size<"A">>> && !estimable<ssh_hosts<partition<"p">>> &&
              !estimable<ssh_hosts<single_process>>);
static_assert(!estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<"a:1", shm_size<2_GiB>>>>);
static_assert(estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<"a:1">, shm_size<2_GiB>>>);
static_assert(!estimable<aml_compute<target_name<"pool">>, environment<registry_address<"a.io">>>);

// EST-054: nothing is empty
static_assert(!estimable<environment<interpreter_path<"">>> && !estimable<environment_definition<"">>);
static_assert(!estimable<aml_compute<target_name<"pool">>, environment<shm_size<0_B>>>);
static_assert(
    !estimable<aml_compute<target_name<"pool">>, environment<custom_docker_image<"a:1", registry_address<"">>>>);
static_assert(!estimable<slurm<partition<"">>> && !estimable<aml_compute<target_name<"">>>);

// EST-055: what a target can have
static_assert(!estimable<slurm<max_nodes<0>>> && estimable<slurm<max_nodes<1>>> &&
              !estimable<slurm<slots_per_node<0>>>);
static_assert(!estimable<slurm<gpus_per_node<-1>>> && estimable<slurm<gpus_per_node<0>>>);

// EST-026, EST-025: variables of the type
static_assert(!estimable<environment<environment_variables<variable<"A", "1">, variable<"A", "1">>>>);
static_assert(!estimable<environment<environment_variables<variable<"", "1">>>>);

// EST-028 at the end of what a number can hold
static_assert(!estimable<slurm<max_nodes<4>, slots_per_node<8>>,
                         parameter_server<worker_count<2147483647>, parameter_server_count<1>>>);

// EST-040 knows what the framework's package is called elsewhere
static_assert(a_package_that_the_framework_brings_already::broken(
    detail::told_by<pytorch<"1.4">, aml_compute<target_name<"pool">>, environment<conda_packages<"pytorch=1.4">>>));
static_assert(a_package_that_the_framework_brings_already::broken(
    detail::told_by<tensorflow<"1.13">, aml_compute<target_name<"pool">>,
                    environment<pip_packages<"tensorflow-gpu==1.13.1">>>));
static_assert(!a_package_that_the_framework_brings_already::broken(
    detail::told_by<generic, aml_compute<target_name<"pool">>, environment<conda_packages<"pytorch=1.4">>>));

// EST-040 says nothing of a named environment, to which nothing is added
static_assert(!a_package_that_the_framework_brings_already::broken(
    detail::told_by<pytorch<"1.4">, aml_compute<target_name<"pool">>,
                    environment_definition<"e", pip_packages<"torch==1.6">>>));

// EST-007, EST-008: at least one of each
static_assert(!estimable<mpi<node_count<0>>> && !estimable<mpi<node_count<-1>>>);
static_assert(!estimable<mpi<process_count_per_node<0>>> && estimable<mpi<process_count_per_node<1>>>);

// EST-009: the interpreter decides the version in a user_managed environment
static_assert(!estimable<pytorch<"1.4">, environment<user_managed>> && estimable<pytorch<>, environment<user_managed>>);
static_assert(estimable<pytorch<"1.4">>);

// EST-013: known versions, but in a user_managed environment, where nobody looks
static_assert(estimable<pytorch<"1.0">> && estimable<pytorch<"1.6">> && !estimable<pytorch<"1.7">> &&
              !estimable<pytorch<"0.9">>);
static_assert(estimable<scikit_learn<"0.20.3">> && !estimable<scikit_learn<"0.20">>);
static_assert(estimable<tensorflow<"2.2">> && !estimable<tensorflow<"2.3">> && !estimable<chainer<"6">> &&
              estimable<chainer<"7.0.0">>);
static_assert(estimable<xgboost<"1.7">> && !estimable<xgboost<"2">> && estimable<lightgbm<"2.2.3">> &&
              !estimable<lightgbm<"9">>);
static_assert(estimator<pytorch<>>::policy_facts.framework.chosen_version().version == "1.6");  // the newest

// EST-002 again: section 4 of Azure's table, and what the frameworks support
static_assert(estimable<pytorch<>, nccl<>> && !estimable<tensorflow<>, nccl<>> && !estimable<tensorflow<>, gloo<>>);
static_assert(estimable<tensorflow<>, parameter_server<>> && estimable<tensorflow<>, multi_worker<>> &&
              estimable<tensorflow<>, mpi<>>);
static_assert(!estimable<pytorch<>, parameter_server<>> && !estimable<chainer<>, gloo<>> &&
              estimable<chainer<>, mpi<>>);
static_assert(!estimable<xgboost<>, mpi<>> && estimable<lightgbm<>, mpi<>> && !estimable<native, multi_worker<>>);

// EST-014, EST-015, EST-016, EST-017: parts of the environment
static_assert(!estimable<environment<pip_packages<"a">, pip_packages<"b">>> &&
              estimable<environment<pip_packages<"a", "b">>>);
static_assert(!estimable<environment<user_managed, pip_packages<"a">>> &&
              !estimable<environment<conda_packages<"a">, user_managed>>);
static_assert(!estimable<environment<user_managed, pip_requirements_file<"r.txt">>>);
static_assert(estimable<environment<conda_dependencies_file<"e.yml">>>);
static_assert(!estimable<environment<conda_dependencies_file<"e.yml">, pip_packages<"a">>>);
static_assert(!estimable<environment<conda_dependencies_file<"e.yml">, pip_requirements_file<"r.txt">>>);
static_assert(estimable<environment<pip_requirements_file<"r.txt">, pip_packages<"a">, conda_packages<"b">>>);
using image = environment<custom_docker_image<"continuumio/miniconda">>;
static_assert(estimable<aml_compute<target_name<"pool">>, image> && !estimable<local, image> &&
              !estimable<slurm<>, image>);
static_assert(estimable<slurm<with_containers>, image> &&
              !estimable<aml_compute<target_name<"pool">, without_containers>, image>);
static_assert(!estimable<local, environment<shm_size<2_GiB>>> &&
              estimable<aml_compute<target_name<"pool">>, environment<shm_size<2_GiB>>>);

// EST-018, EST-019, EST-027: what the nodes have
static_assert(!estimable<pytorch<>, nccl<>, slurm<gpus_per_node<0>>> &&
              estimable<pytorch<>, nccl<>, slurm<gpus_per_node<1>>>);
static_assert(estimable<pytorch<>, nccl<>, slurm<>> && estimable<pytorch<>, gloo<>, slurm<gpus_per_node<0>>>);
static_assert(estimable<mpi<process_count_per_node<4>>, slurm<slots_per_node<4>>>);
static_assert(!estimable<mpi<process_count_per_node<5>>, slurm<slots_per_node<4>>>);
static_assert(estimable<nccl<process_count_per_node<2>>, slurm<gpus_per_node<2>>>);
static_assert(!estimable<nccl<process_count_per_node<3>>, slurm<gpus_per_node<2>>>);

// EST-028, EST-029, EST-030: workers and parameter servers
template <int Workers, int Servers, int Nodes>
using roles = parameter_server<worker_count<Workers>, parameter_server_count<Servers>, node_count<Nodes>>;
static_assert(estimable<tensorflow<>, roles<2, 1, 2>, aml_compute<target_name<"pool">>> &&
              estimable<tensorflow<>, roles<2, 1, 3>, aml_compute<target_name<"pool">>>);
static_assert(!estimable<tensorflow<>, roles<2, 1, 4>, aml_compute<target_name<"pool">>>);
static_assert(estimable<tensorflow<>, roles<3, 1, 2>, aml_compute<target_name<"pool">, slots_per_node<2>>>);
static_assert(!estimable<tensorflow<>, roles<4, 1, 2>, aml_compute<target_name<"pool">, slots_per_node<2>>>);
static_assert(!estimable<tensorflow<>, roles<0, 1, 1>, aml_compute<target_name<"pool">>> &&
              !estimable<tensorflow<>, roles<1, 0, 1>, aml_compute<target_name<"pool">>>);

// EST-051: a cluster has a name, or is made for the run
static_assert(estimable<aml_compute<target_name<"pool">>> && estimable<aml_compute<vm_size<"Standard_D2_v2">>>);
static_assert(!estimable<aml_compute<>> && !estimable<aml_compute<max_nodes<2>, gpus_per_node<1>>>);

// EST-046: each backend has counts of its own
static_assert(estimable<tensorflow<>, parameter_server<worker_count<1>>> &&
              !estimable<tensorflow<>, mpi<worker_count<1>>>);
static_assert(estimable<tensorflow<>, mpi<process_count_per_node<1>>>);
static_assert(!estimable<tensorflow<>, multi_worker<worker_count<1>, process_count_per_node<1>>>);
static_assert(!estimable<tensorflow<>, multi_worker<parameter_server_count<1>>>);
static_assert(estimable<tensorflow<>, multi_worker<parameter_server_count<0>>>);
static_assert(
    std::same_as<broken_rules<tensorflow<>, multi_worker<parameter_server_count<1>>>,
                 rules<broken<est<46>, a_count_that_the_backend_does_not_use, give_the_counts_that_the_backend_uses>>>);
static_assert(!estimable<tensorflow<>, parameter_server<parameter_server_count<1>, parameter_server_count<2>>>);
static_assert(!estimable<tensorflow<>, mpi<parameter_server_count<1>>>);

// EST-070, EST-006: how often a run is tried again
static_assert(!estimable<ssh_hosts<retries<0>>> && estimable<ssh_hosts<retries<1>>>);
static_assert(estimable<ssh_hosts<retries<1000>>> && !estimable<ssh_hosts<retries<1001>>>);
static_assert(estimable<ssh_hosts<retries<2>, retries<2>>> && !estimable<ssh_hosts<retries<2>, retries<3>>>);
static_assert(estimable<slurm<retries<2>, retries<2, cause::preemption>>>);
static_assert(!estimable<slurm<retries<2, cause::node_failure>, retries<2, cause::preemption>>>);

// EST-071: what a process can end by
static_assert(
    estimable<ssh_hosts<retries<1, cause::exit_code(1), cause::exit_code(255), cause::signal(1), cause::signal(64)>>>);
static_assert(!estimable<ssh_hosts<retries<1, cause::exit_code(0)>>> &&
              !estimable<ssh_hosts<retries<1, cause::exit_code(256)>>>);
static_assert(!estimable<ssh_hosts<retries<1, cause::signal(0)>>> &&
              !estimable<ssh_hosts<retries<1, cause::signal(65)>>>);

// EST-073: parts of a node
static_assert(estimable<mpi<bind_to<"none">, map_by<"slot">>> &&
              estimable<gloo<bind_to<"core">, map_by<"numa:PE=9999">>>);
static_assert(estimable<mpi<bind_to<"hwthread">, map_by<"core:PE=2">>> && estimable<mpi<map_by<"socket:PE=2">>> &&
              estimable<mpi<bind_to<"none">, map_by<"core:PE=1">>> && estimable<mpi<map_by<"hwthread:PE=1">>>);
static_assert(!estimable<mpi<bind_to<"socket">, map_by<"socket:PE=2">>> && !estimable<mpi<map_by<"core:PE=2">>> &&
              !estimable<mpi<bind_to<"hwthread">, map_by<"hwthread:PE=2">>> &&
              !estimable<mpi<bind_to<"core">, map_by<"hwthread:PE=1">>>);
static_assert(!estimable<mpi<bind_to<"core">, bind_to<"socket">>> && !estimable<mpi<map_by<"core">, map_by<"slot">>> &&
              estimable<mpi<bind_to<"core">, bind_to<"core">>>);
static_assert(!estimable<mpi<bind_to<"slot">>> && !estimable<mpi<map_by<"node">>> &&
              !estimable<mpi<map_by<"core:PE=0">>>);

// EST-059, EST-060, EST-061, EST-062: what Azure does not do
using pool = aml_compute<target_name<"pool">>;
static_assert(!estimable<native, pool> && estimable<native, slurm<>> && estimable<generic, pool>);
static_assert(!estimable<aml_compute<target_name<"pool">, retries<1>>> && estimable<pool> &&
              estimable<slurm<retries<1>>>);
static_assert(!estimable<pool, mpi<bind_to<"core">>> && !estimable<pool, mpi<map_by<"socket">>> &&
              estimable<pool, mpi<>>);
static_assert(estimable<slurm<>, mpi<bind_to<"core">, map_by<"socket">>>);
static_assert(!estimable<pool, environment<interpreter_path<"python3">>> &&
              estimable<slurm<>, environment<interpreter_path<"python3">>>);
static_assert(estimable<pool, environment<user_managed, interpreter_path<"python3">>> &&
              estimable<pool, environment<user_managed>>);
static_assert(!estimable<pool, environment<interpreter_path<"python3">, pip_packages<"a">>>);

// EST-063: names of Azure's
template <fixed_string Name>
concept names_a_cluster = estimable<aml_compute<target_name<Name>>> && estimable<ssh_hosts<target_name<Name>>>;
static_assert(names_a_cluster<"ab"> && names_a_cluster<"gpu-pool-2"> &&
              names_a_cluster<"abcdefghijklmnopqrstuvwxyz-23456">);
static_assert(!names_a_cluster<"a"> && !names_a_cluster<"abcdefghijklmnopqrstuvwxyz-234567"> &&
              !names_a_cluster<"gpu pool">);
static_assert(!names_a_cluster<"2pool"> && !names_a_cluster<"pool-"> && !names_a_cluster<"gpu_pool"> &&
              !names_a_cluster<"p\u00f6ol">);
static_assert(!names_a_cluster<"local"> && !names_a_cluster<"amlcompute"> && names_a_cluster<"Local"> &&
              names_a_cluster<"locals">);
static_assert(estimable<ssh_hosts<target_name<"gpu pool">>> && estimable<slurm<partition<"gpu_pool,cpu">>>);
static_assert(estimable<aml_compute<vm_size<"Standard_E4-2s_v3">>> && estimable<aml_compute<vm_size<"STANDARD_NC6">>>);
static_assert(!estimable<aml_compute<vm_size<"Standard NC6">>> && !estimable<aml_compute<vm_size<"Standard_NC6,">>>);
static_assert(estimable<pool, environment_definition<"AzureML-PyTorch-1.4-GPU:3">> &&
              estimable<pool, environment_definition<"2_a.b">>);
static_assert(!estimable<pool, environment_definition<"my/env">> &&
              !estimable<pool, environment_definition<"vision:a/b">>);
static_assert(estimable<pool, environment_definition<"Experiment digits Environment">>);
static_assert(!estimable<pool, environment_definition<"-vision">> && !estimable<pool, environment_definition<"a:b:c">>);

// EST-064: Azure keeps environments of its own
static_assert(!estimable<pool, environment_definition<"AzureML-mine", pip_packages<"a">>>);
static_assert(!estimable<pool, environment_definition<"Microsoft", custom_docker_image<"a:1">>>);
static_assert(!estimable<pool, environment_definition<"AzureML-mine", user_managed>>);
static_assert(estimable<pool, environment_definition<"azureml-mine", pip_packages<"a">>> &&
              estimable<pool, environment_definition<"AzureML-mine">>);
static_assert(estimable<slurm<>, environment_definition<"AzureML-mine", pip_packages<"a">>>);

// EST-066: counts are whole numbers, of any type
static_assert(!estimable<slurm<>, mpi<node_count<2.0>>> && !estimable<slurm<>, mpi<node_count<"2">>> &&
              !estimable<slurm<>, mpi<node_count<>>>);
static_assert(!estimable<slurm<max_nodes<2.5>>> && !estimable<slurm<slots_per_node<"2">>> &&
              !estimable<slurm<gpus_per_node<nullptr>>>);
static_assert(!estimable<slurm<retries<2.5>>> && !estimable<slurm<>, mpi<node_count<5'000'000'000>>> &&
              !estimable<slurm<>, mpi<node_count<4'000'000'000u>>>);
static_assert(!estimable<mpi<node_count<true>>> && !estimable<mpi<process_count_per_node<'2'>>> && estimable<mpi<node_count<1u>>>);
static_assert(std::same_as<node_count<2>, node_count<2UL>> && std::same_as<node_count<2>, node_count<short{2}>>);
static_assert(estimable<slurm<max_nodes<2L>>, mpi<node_count<2ULL>>> &&
              !estimable<slurm<max_nodes<2L>>, mpi<node_count<3ULL>>>);

// EST-067: two priorities
static_assert(!estimable<aml_compute<vm_size<"A">, vm_priority<"lowpriority">>> &&
              !estimable<aml_compute<vm_size<"A">, vm_priority<1>>>);
static_assert(estimable<aml_compute<vm_size<"A">, vm_priority<priority::low_priority>>> &&
              !estimable<aml_compute<vm_size<"A">, vm_priority<>>>);

// EST-071: what is no cause is none that can happen
static_assert(!estimable<ssh_hosts<retries<3, 75>>> && !estimable<ssh_hosts<retries<3, "node_failure">>>);

// EST-054: nothing is left out
static_assert(!estimable<slurm<partition<>>> && !estimable<aml_compute<target_name<>>> &&
              !estimable<environment<interpreter_path<>>>);
static_assert(!estimable<environment_definition<>> && !estimable<environment<pip_requirements_file<>>>);

// What a rule is about
template <class Rule, class... Policies>
using told_about = typename Rule::template details<Policies...>;
static_assert(
    std::same_as<told_about<an_argument_that_is_not_a_policy, int, mpi<>, node_count<2>>, about<int, node_count<2>>>);
static_assert(std::same_as<told_about<two_policies_for_one_slot, mpi<>, pytorch<>, gloo<>>, about<mpi<>, gloo<>>>);
using misplaced = an_argument_that_its_policy_does_not_take;
static_assert(std::same_as<told_about<misplaced, mpi<max_nodes<2>, node_count<1>>, environment<mpi<>>>,
                           about<max_nodes<2>, mpi<>>>);
using image_with_a_size = custom_docker_image<"a:1", registry_address<"a.io">, shm_size<2_GiB>>;
static_assert(std::same_as<told_about<misplaced, environment<image_with_a_size>>, about<shm_size<2_GiB>>>);
static_assert(std::same_as<told_about<misplaced, environment_definition<"a", image_with_a_size, int>>,
                           about<shm_size<2_GiB>, int>>);
static_assert(std::same_as<told_about<misplaced, environment<environment_variables<int>>>, about<int>>);
static_assert(std::same_as<told_about<an_empty_value, slurm<partition<"">, max_nodes<2>>>, about<partition<"">>>);
static_assert(std::same_as<told_about<an_empty_value, environment_definition<"", user_managed>>,
                           about<environment_definition<"", user_managed>>>);
using disagreeing = a_value_is_given_in_two_places_that_disagree;
static_assert(std::same_as<told_about<disagreeing, mpi<node_count<1>, process_count_per_node<2>, node_count<2>>>,
                           about<node_count<1>, node_count<2>>>);
static_assert(std::same_as<told_about<disagreeing, slurm<with_containers, without_containers>>,
                           about<with_containers, without_containers>>);
using parts_twice = a_part_of_the_environment_is_given_twice;
static_assert(std::same_as<told_about<parts_twice, environment<pip_packages<"a">, user_managed, pip_packages<"b">>>,
                           about<pip_packages<"a">, pip_packages<"b">>>);

// warnings refuse nothing
static_assert(estimable<mpi<process_count_per_node<1>>, slurm<gpus_per_node<2>>>);
static_assert(estimable<pytorch<"1.4">, environment<pip_packages<"torch==1.4.0">>>);

// EST-010: an executable has no interpreter
static_assert(!estimable<native, environment<interpreter_path<"python3">>>);
static_assert(estimable<generic, environment<user_managed, interpreter_path<"python3">>>);

// all broken rules at once
static_assert(
    std::same_as<
        broken_rules<scikit_learn<"1">, mpi<node_count<0>>, environment<user_managed>>,
        rules<broken<est<2>, backend_not_supported_by_the_framework, use_another_backend_or_the_generic_framework>,
              broken<est<7>, a_node_count_below_one, give_at_least_one>,
              broken<est<9>, a_framework_version_in_an_environment_that_the_user_manages,
                     drop_the_version_or_let_estima_manage_the_environment>>>);

// a number of nodes is a whole number, also one that has a name
enum nodes_of_a_rack { rack_of_four = 4 };
static_assert(count{rack_of_four}.value == 4 && std::convertible_to<nodes_of_a_rack, count> &&
              std::convertible_to<unsigned, count>);
static_assert(!std::convertible_to<double, count> && !std::convertible_to<char const*, count>);

// a unit is part of a length of time, or it does not convert
static_assert(!std::convertible_to<int, duration> && !std::convertible_to<double, duration>);
static_assert(90_min == seconds(5400) && 2_h == 120_min && 250_ms == seconds(0.25));

// what a parameter can be
static_assert(std::constructible_from<script_value, bool> && std::constructible_from<script_value, unsigned long long>);
static_assert(!std::constructible_from<script_value, void*> && !std::constructible_from<script_value, int*>);
}  // namespace
