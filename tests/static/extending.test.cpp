// SPDX-License-Identifier: BSL-1.0
// The extensions that docs/extending.md shows, beside the library's policies.
#include <concepts>

#include <estima/rules/rules_for.hpp>
#include <estima/run_configuration/lowered.hpp>
#include <unit/extending/jax.hpp>
#include <unit/extending/train_job.hpp>

namespace {
using namespace estima;
using namespace team;

// a framework
static_assert(estimable<jax<>> && estimable<jax<"0.4.13">, mpi<>> && !estimable<jax<>, gloo<>> && !estimable<jax<"0.4">>);
static_assert(std::same_as<an_unknown_version_of_the_framework::details<jax<"0.4">, local>, jax<>::known_versions>);
using jax_in_azure = estimator<jax<>, aml_compute<target_name<"pool">, gpus_per_node<1>>>;
constexpr std::string_view of_jax[]{"jax==0.4.13", "jaxlib==0.4.13"}, of_gpus[]{"azureml-defaults", "jax[cuda12_pip]==0.4.20"};
static_assert(lowered<estimator<jax<"0.4.13">>>.pip_packages == name_list{of_jax});
static_assert(lowered<estimator<jax<"0.4.13">>>.environment_variables == static_list<named_value>{jax_variables});
static_assert(lowered<jax_in_azure>.pip_packages == name_list{of_gpus} && lowered<jax_in_azure>.framework == "Python");
static_assert(lowered<jax_in_azure>.base_image.reference == "registry.example.com/team/jax:cuda12");

// a compute target
static_assert(estimable<lsf<>, mpi<node_count<64>>> && !estimable<lsf<>, mpi<node_count<65>>>);
static_assert(!estimable<lsf<max_nodes<2>>, mpi<node_count<3>>> && !estimable<lsf<>, mpi<process_count_per_node<33>>>);
static_assert(!estimable<lsf<gpus_per_node<8>>>);  // said by the target itself in another way: EST-006
static_assert(lowered<estimator<lsf<>>>.target == "normal" && lowered<estimator<lsf<queue<"gpu">>>>.target == "gpu");

// a backend: with the frameworks that it names, and with those that take every one
static_assert(estimable<pytorch<>, horovod<>> && estimable<tensorflow<>, horovod<>> && estimable<generic, horovod<>>);
static_assert(!estimable<chainer<>, horovod<>> && !estimable<native, horovod<>> && !estimable<jax<>, horovod<>>);
static_assert(!estimable<pytorch<>, slurm<gpus_per_node<0>>, horovod<>> && !estimable<lsf<>, horovod<process_count_per_node<5>>>);
static_assert(lowered<train_job>.communicator == "Mpi" && lowered<train_job>.process_count_per_node.value == 4);

// a part of the environment
static_assert(lowered<train_job>.environment_variables.size == 3);
static_assert(!estimable<environment<offline<>, environment_variables<variable<"A", "1">>>> && !estimable<environment<offline<variable<"RANK", "1">>>>);

// rules: of whoever has them, each once, whatever adds them
using paid = nodes_that_are_paid_for_and_not_filled;
static_assert(std::same_as<rules_added_by<gpu_queue>, rule_list<paid, a_job_without_an_owner>>);
static_assert(std::same_as<rules_added_by<gpu_queue, environment<held_to<a_job_without_an_owner>, team_rules>>, rules_added_by<gpu_queue>>);
static_assert(std::same_as<rules_added_by<lsf<>, mpi<>, int>, rule_list<>> && &rules_for<lsf<>, mpi<>> == &all_rules);
template <class... Policies>
inline constexpr bool is_held = !estimable<lsf<>, Policies...>;
static_assert(!is_held<mpi<process_count_per_node<3>>> && is_held<mpi<process_count_per_node<3>, team_rules>>);
static_assert(is_held<gloo<process_count_per_node<3>, team_rules>>);
static_assert(is_held<mpi<process_count_per_node<3>>, environment<team_rules>>);
static_assert(is_held<mpi<process_count_per_node<3>>, environment_definition<"named", offline<>, team_rules>>);
struct our_jax : jax<"0.4.20"> {
    using added_rules = rule_list<paid>;
};
static_assert(is_held<our_jax, mpi<process_count_per_node<3>>> && !is_held<our_jax, mpi<process_count_per_node<4>>>);
struct our_queue : gpu_queue {};  // a base's rules are inherited
static_assert(!estimable<our_queue, mpi<process_count_per_node<3>>> && estimable<our_queue, mpi<process_count_per_node<4>>>);

// EST-049: what is added, and is no rule
struct without_a_remedy {
    using id = TEAM_001;
    static constexpr bool broken(facts const&) { return false; }
};
struct no_list : jax<> {
    using added_rules = without_a_remedy;
};
static_assert(!rule<without_a_remedy> && !estimable<lsf<held_to<without_a_remedy>>> && !estimable<no_list>);
static_assert(std::same_as<broken_rules<lsf<held_to<paid, int>, held_to<without_a_remedy>>>,
                           rules<broken<est<49>, an_added_rule_that_is_no_rule, an_added_rule_that_is_no_rule::remedy,
                                        rule_list<int, without_a_remedy>>>>);
}  // namespace
