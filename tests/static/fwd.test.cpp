// SPDX-License-Identifier: BSL-1.0
// The declarations of <estima/fwd.hpp> and the definitions agree, in both orders, and everything declared is defined.
#include <estima/fwd.hpp>

// Needs nothing but the declarations.
namespace declared {
using job = estima::basic_estimator<estima::scikit_learn<"0.20.3">, estima::slurm<estima::partition<"short">, estima::max_nodes<4>>,
                                    estima::single_process, estima::environment<estima::interpreter_path<"python3.9">>>;
struct trainer {
    estima::run start(job const&) const;
    estima::run_status wait(estima::run&) const;
    estima::workspace* where = nullptr;
    estima::experiment* experiment = nullptr;
};
}  // namespace declared

#include <estima/estima.hpp>
#include <estima/run_configuration/honour.hpp>
#include <estima/run_configuration/provenance.hpp>

#include <estima/fwd.hpp>

namespace {
using namespace estima;

static_assert(std::same_as<declared::job, estimator<scikit_learn<"0.20.3">, slurm<partition<"short">, max_nodes<4>>,
                                                    environment<interpreter_path<"python3.9">>>>);

template <class... Ts>
constexpr bool are_defined = (... && (sizeof(Ts) > 0));
static_assert(are_defined<generic, native, scikit_learn<"">, pytorch<"">, tensorflow<"">, chainer<"">, xgboost<"">, lightgbm<"">>);
static_assert(are_defined<local, ssh_hosts<>, slurm<>, aml_compute<target_name<"pool">>, max_nodes<1>, slots_per_node<1>, gpus_per_node<1>>);
static_assert(are_defined<target_name<"a">, partition<"a">, vm_size<"a">, vm_priority<priority::dedicated>, with_containers,
                          without_containers>);
static_assert(are_defined<single_process, mpi<>, gloo<>, nccl<>, parameter_server<>, multi_worker<>, node_count<1>>);
static_assert(are_defined<process_count_per_node<1>, worker_count<1>, parameter_server_count<1>>);
static_assert(are_defined<environment<>, environment_definition<"a">, user_managed, interpreter_path<"a">, conda_packages<"a">>);
static_assert(are_defined<pip_packages<"a">, conda_dependencies_file<"a">, pip_requirements_file<"a">, variable<"A", "a">>);
static_assert(are_defined<environment_variables<variable<"A", "a">>, custom_docker_image<"a">, registry_address<"a">,
                          registry_username<"a">, registry_password_from<"A">>);
static_assert(are_defined<facts, rule_list<>, held_to<>, basic_estimator<generic, local, single_process, environment<>>>);
static_assert(are_defined<job_fields, script_value, script_param, data_input, dataset, named_dataset, datastore, duration,
                          bytes, count, broken_rule>);
static_assert(are_defined<static_configuration, run_configuration, field_problem, provenance, secret>);
static_assert(are_defined<workspace, experiment, run, model, submit_options, plan_options, wait_options, cancel_options,
                          model_options, run_status, run_record, run_metrics>);
static_assert(are_defined<error, error_text, broken_rules_error, run_failed>);
}  // namespace
