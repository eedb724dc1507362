// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/rules/azure_rules.hpp>
#include <estima/rules/capacity_rules.hpp>
#include <estima/rules/description_rules.hpp>
#include <estima/rules/distribution_rules.hpp>
#include <estima/rules/environment_rules.hpp>
#include <estima/rules/framework_rules.hpp>
#include <estima/rules/input_rules.hpp>
#include <estima/rules/job_rules.hpp>
#include <estima/rules/requirement_rules.hpp>
#include <estima/rules/retry_rules.hpp>

namespace estima::inline v0_1 {

/// The one table of rules: the compiler goes through it with what the types say, submit with everything. In the order
/// of the ids, which is that of all that is printed. It is a list of types: as a tuple, which rules_for.hpp makes of
/// it, it would cost every file that describes a job 70 ms.
using library_rules = rule_list<
    an_argument_that_is_not_a_policy, backend_not_supported_by_the_framework, more_nodes_than_the_compute_target_has,
    several_nodes_or_processes_without_a_distribution_backend, several_nodes_for_a_framework_that_trains_on_one,
    a_value_is_given_in_two_places_that_disagree, a_node_count_below_one, a_process_count_per_node_below_one,
    a_framework_version_in_an_environment_that_the_user_manages, an_interpreter_for_a_native_executable,
    a_reserved_environment_variable_is_set, two_policies_for_one_slot, an_unknown_version_of_the_framework,
    a_part_of_the_environment_is_given_twice, packages_in_an_environment_that_the_user_manages,
    a_conda_file_together_with_other_packages, a_container_on_a_target_without_containers,
    nccl_on_a_target_without_gpus, more_processes_on_a_node_than_it_has_slots, the_source_directory_does_not_exist,
    the_entry_script_is_not_inside_the_source_directory, the_native_entry_is_not_executable,
    the_interpreter_is_not_found, the_maximal_run_duration_makes_no_sense, a_text_that_cannot_be_passed_to_a_process,
    a_name_is_given_twice, more_processes_on_a_node_than_it_has_gpus, more_workers_and_servers_than_there_are_places,
    more_nodes_than_workers_and_servers, no_worker_or_no_parameter_server, a_script_parameter_is_given_twice,
    more_than_the_service_takes, a_file_of_the_environment_is_missing, a_malformed_pip_requirement,
    a_malformed_conda_specification, a_malformed_image_reference, packages_that_cannot_be_installed_together,
    a_tag_that_no_image_can_have, gpus_are_left_idle, a_package_that_the_framework_brings_already,
    two_inputs_with_one_name, an_input_s_name_that_no_variable_can_have, a_vm_priority_without_a_vm_size,
    a_package_is_named_twice, a_notebook_is_no_script, a_count_that_the_backend_does_not_use, an_image_that_may_change,
    a_size_without_a_unit, an_added_rule_that_is_no_rule, a_framework_version_beside_a_whole_environment,
    no_cluster_is_named_and_none_can_be_made, a_text_that_is_not_utf8, an_argument_that_its_policy_does_not_take,
    an_empty_value, a_capacity_that_no_target_has, a_registry_that_the_image_cannot_come_from,
    a_cluster_is_named_and_one_is_to_be_made, nccl_on_a_machine_that_shows_no_gpu, an_executable_on_a_cluster_of_azure,
    retries_that_azure_does_not_make, a_placement_that_azure_does_not_make, an_interpreter_that_azure_does_not_use,
    a_name_that_azure_does_not_take, parts_of_an_environment_that_azure_keeps, a_conda_file_that_conda_cannot_read,
    a_number_that_is_not_whole, a_vm_priority_that_there_is_not, an_input_s_path_that_leads_out,
    a_number_of_retries_that_makes_no_sense, a_retry_after_what_cannot_happen, a_checkpoint_that_is_no_output,
    a_placement_that_mpirun_does_not_know>;

namespace detail {
template <class Library, class Added>
struct with_added;
template <class... Rules, class... Added>
struct with_added<rule_list<Rules...>, rule_list<Added...>> {
    using type = rule_list<Rules..., Added...>;
};
/// What estimators of these policies are held to: the table, with the rules that policies add at its end.
template <class... Policies>
using rules_of_policies = typename with_added<library_rules, typename added_by<Policies...>::rules>::type;
}  // namespace detail

}  // namespace estima::inline v0_1
