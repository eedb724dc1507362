// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string_type.hpp>
#include <estima/base/priority.hpp>
#include <estima/base/retry_cause.hpp>
#include <estima/base/size_argument.hpp>
#include <estima/base/number_argument.hpp>

/// Declarations for headers that only name what the library defines: functions that take a job's fields, a run
/// configuration or a run, and members that point to them. It costs next to nothing to include. `estimator<...>` is not
/// here, since it looks at its policies. What it names is, `basic_estimator` of the four policies in their slots:
/// `basic_estimator<pytorch<"1.4">, local, mpi<>, environment<>>`. Defaults of template arguments stand with the
/// definitions: `pytorch<>` is `pytorch<"">` here.
namespace estima::inline v0_1 {

// Frameworks
struct generic;
struct native;
template <fixed_string Version>
struct scikit_learn;
template <fixed_string Version>
struct pytorch;
template <fixed_string Version>
struct tensorflow;
template <fixed_string Version>
struct chainer;
template <fixed_string Version>
struct xgboost;
template <fixed_string Version>
struct lightgbm;

// Compute targets and their attributes
struct local;
template <class... Attributes>
struct ssh_hosts;
template <class... Attributes>
struct slurm;
template <class... Attributes>
struct aml_compute;
template <detail::number_argument Number>
struct max_nodes;
template <detail::number_argument Number>
struct slots_per_node;
template <detail::number_argument Number>
struct gpus_per_node;
template <fixed_string Name>
struct target_name;
template <fixed_string Name>
struct partition;
template <fixed_string Size>
struct vm_size;
template <detail::priority_argument Priority>
struct vm_priority;
struct with_containers;
struct without_containers;
template <detail::number_argument AtMost, detail::cause_argument... After>
struct retries;

// Distribution backends and their attributes
struct single_process;
template <class... Attributes>
struct mpi;
template <class... Attributes>
struct gloo;
template <class... Attributes>
struct nccl;
template <class... Attributes>
struct parameter_server;
template <class... Attributes>
struct multi_worker;
template <detail::number_argument Number>
struct node_count;
template <detail::number_argument Number>
struct process_count_per_node;
template <detail::number_argument Number>
struct worker_count;
template <detail::number_argument Number>
struct parameter_server_count;
template <fixed_string What>
struct bind_to;
template <fixed_string What>
struct map_by;

// Environments and their parts
template <class... Parts>
struct environment;
template <fixed_string Name, class... Parts>
struct environment_definition;
struct user_managed;
template <fixed_string Path>
struct interpreter_path;
template <fixed_string... Specifications>
struct conda_packages;
template <fixed_string... Requirements>
struct pip_packages;
template <fixed_string Path>
struct conda_dependencies_file;
template <fixed_string Path>
struct pip_requirements_file;
template <fixed_string Name, fixed_string Value>
struct variable;
template <class... Variables>
struct environment_variables;
template <fixed_string Reference, class... Registry>
struct custom_docker_image;
template <fixed_string Address>
struct registry_address;
template <fixed_string Name>
struct registry_username;
template <fixed_string Variable>
struct registry_password_from;
template <detail::size_argument Size>
struct shm_size;

// Rules of one's own
struct facts;
template <class... Rules>
struct rule_list;
template <class... Rules>
struct held_to;

// Jobs
template <class Framework, class ComputeTarget, class DistributionBackend, class Environment>
struct basic_estimator;
struct job_fields;
struct script_value;
struct script_param;
struct data_input;
class dataset;
class named_dataset;
class datastore;
class duration;
struct bytes;
struct count;
struct broken_rule;

// What a job is lowered to
struct static_configuration;
struct run_configuration;
struct field_problem;
struct provenance;
class secret;

// Runs
class workspace;
class experiment;
class run;
struct model;
struct submit_options;
struct plan_options;
struct wait_options;
struct cancel_options;
struct model_options;
enum class run_status : unsigned char;
struct run_record;
struct run_metrics;

// Errors
class error;
struct error_text;
class broken_rules_error;
class run_failed;

}  // namespace estima::inline v0_1
