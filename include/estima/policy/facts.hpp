// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/base/bytes.hpp>
#include <estima/policy/count.hpp>
#include <estima/policy/requirement_facts.hpp>
#include <estima/base/retry_cause.hpp>
#include <estima/policy/static_list.hpp>

namespace estima::inline v0_1 {

/// What is so far known of something that only the running program can see.
enum class known : unsigned char { unknown, no, yes };

struct description_facts {
    bool has_a_stranger = false;  ///< a template argument that is no policy
    bool fills_a_slot_twice = false;
    bool has_a_misplaced_argument = false;  ///< of a policy, which does not take it
    bool has_an_empty_value = false;        ///< a name, path or size of a policy that says nothing
    bool has_a_broken_number = false;       ///< a count that is no whole number
    bool has_an_unknown_priority = false;   ///< a vm_priority that is none
    bool adds_what_is_no_rule = false;  ///< something in an `added_rules`
    constexpr bool operator==(description_facts const&) const = default;
};

struct framework_facts {
    std::string_view name = "generic";
    std::string_view version{};                    ///< empty: the newest known, or whatever the user's environment has
    static_list<framework_version> versions{};     ///< known ones, oldest first
    static_list<named_value> variables{};          ///< set in Azure, and elsewhere in what is prepared for the run
    name_list other_names{};  ///< of its own package, the first of a version's: conda's name, variants
    name_list backends{};                          ///< names of the distribution backends that it can use
    bool takes_every_backend = false;              ///< also those that the list does not name
    bool trains_on_one_node = false;
    bool is_executable = false;  ///< the entry is a program, not a Python script

    /// The data of the version asked for; with an empty name if the framework has no versions or not this one. No
    /// pointer: with -fsanitize=undefined g++ 12 finds that none of them is a constant.
    constexpr framework_version chosen_version() const {
        framework_version chosen{};
        for (framework_version const& one : versions)
            if (one.version == version || version.empty()) chosen = one;
        return chosen;
    }
    constexpr bool operator==(framework_facts const&) const = default;
};

struct compute_target_facts {
    std::string_view kind = "local";
    std::string_view name = "local";  ///< the `target` of the run configuration
    bool is_named = false;            ///< by target_name
    int max_nodes = 1;
    count slots_per_node{};           ///< places for processes; not given: as many as asked
    count gpus_per_node{};            ///< not given: not known
    bool has_containers = false;
    bool is_azure = false;            ///< held against the limits of the service
    std::string_view vm_size{}, vm_priority{};
    unsigned attributes_given = 0;        ///< a bit for each kind, see capacity.hpp
    bool attribute_is_contradicted = false;  ///< one is given twice, with values that differ
    constexpr bool operator==(compute_target_facts const&) const = default;
};

struct backend_facts {
    std::string_view name = "single_process";
    std::string_view communicator = "None";  ///< Azure's word in the run configuration
    std::string_view azure_framework = "Python";  ///< the `framework` that goes with it there
    bool distributes = false;                ///< can start several processes
    bool needs_gpus = false;
    bool has_roles = false;                  ///< counts workers and parameter servers instead of processes
    count worker_count{}, parameter_server_count{};
    std::string_view bind_to{}, map_by{};    ///< words of mpirun's; empty: not said
    bool has_unknown_placement = false;
    bool placement_is_contradicted = false;  ///< one of these is given twice, with words that differ
    name_list frameworks{};                  ///< names of those that can use it besides the ones that list it

    /// Some of its roles are those of parameter servers; otherwise their number is 0.
    constexpr bool has_servers() const { return has_roles && communicator != "MultiWorker"; }
    constexpr bool operator==(backend_facts const&) const = default;
};

struct image_facts {
    std::string_view reference{};  ///< empty: none of one's own
    std::string_view registry_address{}, registry_username{}, registry_password_variable{};
    std::string_view registry_in_reference{};  ///< the host that the reference itself begins with
    constexpr bool operator==(image_facts const&) const = default;
};

struct environment_facts {
    bool is_user_managed = false;         ///< said so
    std::string_view named{};             ///< an environment of one's own, by name
    std::string_view named_version{};     ///< which version of it, empty: the newest
    std::string_view interpreter_path{};  ///< empty: "python3"
    bool interpreter_is_contradicted = false;
    name_list conda_packages{}, pip_packages{};
    std::string_view conda_dependencies_file{}, pip_requirements_file{};
    image_facts image{};
    requirement_facts requirements{};     ///< what is wrong with the packages and the image
    static_list<named_value> variables{};
    bytes shm_size{};                     ///< 0: Azure's default
    bool shm_size_has_no_unit = false;
    int parts_given_twice = 0;

    constexpr bool has_packages() const {
        return !conda_packages.empty() || !pip_packages.empty() || !conda_dependencies_file.empty() ||
               !pip_requirements_file.empty();
    }
    /// A file or an environment with a name: nothing is added to it.
    constexpr bool is_whole() const { return !named.empty() || !conda_dependencies_file.empty(); }
    /// Something of it has to be prepared for the run; otherwise the system's or the user's own Python is used.
    constexpr bool is_prepared() const {
        return !is_user_managed && (has_packages() || !image.reference.empty() || !named.empty());
    }
    constexpr bool operator==(environment_facts const&) const = default;
};

struct retry_facts {
    count at_most{};
    static_list<retry_cause> after{};  ///< empty: not said
    bool has_impossible_cause = false;
    bool causes_are_contradicted = false;  ///< in two places that disagree
    constexpr bool operator==(retry_facts const&) const = default;
};

/// What only the running program can see.
struct seen_facts {
    known source_directory_exists = known::unknown;
    known entry_is_inside = known::unknown;
    known entry_is_executable = known::unknown;
    known interpreter_is_found = known::unknown;
    known interpreter_is_given = known::unknown;
    known sets_reserved_variable = known::unknown;
    known texts_can_be_passed = known::unknown;
    known texts_are_utf8 = known::unknown;
    known names_are_given_once = known::unknown;
    known max_run_duration_makes_sense = known::unknown;
    known environment_files_are_inside = known::unknown;
    known conda_file_can_be_read = known::unknown;
    known parameters_are_given_once = known::unknown;
    known service_limits_are_kept = known::unknown;
    known input_names_are_distinct = known::unknown;
    known input_names_can_be_variables = known::unknown;
    known input_paths_stay_inside = known::unknown;
    known datastores_have_azure_names = known::unknown;
    known entry_is_a_notebook = known::unknown;
    known this_machine_has_gpus = known::unknown;
    known retries_say_how_often = known::unknown;
    known checkpoint_is_an_output = known::unknown;
    constexpr bool operator==(seen_facts const&) const = default;
};

/// Everything that a rule may look at. Each policy tells its part (`static constexpr void tell(facts&)`); submit adds
/// the run-time fields and what it finds on the disk. A fact that is not known breaks no rule.
struct facts {
    description_facts description{};
    framework_facts framework{};
    compute_target_facts target{};
    backend_facts backend{};
    environment_facts environment{};
    retry_facts retries{};
    count node_count{};
    count process_count_per_node{};
    seen_facts seen{};

    /// The job runs on GPUs, as far as the types say.
    constexpr bool has_gpus() const {
        return backend.needs_gpus || (target.gpus_per_node.is_given && target.gpus_per_node.value > 0);
    }
    constexpr bool operator==(facts const&) const = default;
};

}  // namespace estima::inline v0_1
