// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/azure_names.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/rules/rule.hpp>
#include <estima/rules/told_text.hpp>

// What can be described and Azure Machine Learning does not do: it would be refused there, or passed over without a
// word.
namespace estima::inline v0_1 {

struct use_generic_and_a_script_that_starts_the_program;
struct drop_retries_or_choose_ssh_hosts_or_slurm;
struct drop_bind_to_and_map_by;
struct add_user_managed_or_drop_interpreter_path;
struct use_letters_digits_and_dashes_as_azure_does;
struct give_the_environment_another_name_or_no_parts;
struct write_priority_low_priority_or_priority_dedicated;

namespace detail {
/// The first name that Azure would refuse. Those that are empty are another rule's.
struct name_that_azure_refuses {
    constexpr found_text operator()(facts const& f) const {
        if (!f.target.is_azure) return {};
        std::string_view const cluster = f.target.is_named ? f.target.name : "", size = f.target.vm_size,
                               environment = f.environment.named, version = f.environment.named_version;
        if (!cluster.empty() && !is_azure_compute_name(cluster)) return {cluster, true};
        if (!size.empty() && !is_azure_vm_size(size)) return {size, true};
        if (!environment.empty() && !is_azure_environment_name(environment)) return {environment, true};
        if (!version.empty() && !is_azure_environment_name(version)) return {version, true};
        return {};
    }
};
}  // namespace detail

struct an_executable_on_a_cluster_of_azure {
    using id = est<59>;
    using remedy = use_generic_and_a_script_that_starts_the_program;
    static constexpr std::string_view sentence =
        "the framework is native, and Azure's clusters run Python scripts only";
    static constexpr std::string_view advice = "use generic, and a Python script that starts the program";
    static constexpr bool broken(facts const& f) { return f.target.is_azure && f.framework.is_executable; }
};

struct retries_that_azure_does_not_make {
    using id = est<60>;
    using remedy = drop_retries_or_choose_ssh_hosts_or_slurm;
    static constexpr std::string_view sentence = "retries are asked for, and Azure does not try runs again";
    static constexpr std::string_view advice = "drop retries, or choose ssh_hosts or slurm";
    static constexpr bool broken(facts const& f) { return f.target.is_azure && f.retries.at_most.is_given; }
};

struct a_placement_that_azure_does_not_make {
    using id = est<61>;
    using remedy = drop_bind_to_and_map_by;
    static constexpr std::string_view sentence =
        "the backend says where on a node its processes are put, for which Azure has no setting";
    static constexpr std::string_view advice = "drop bind_to and map_by";
    static constexpr bool broken(facts const& f) {
        return f.target.is_azure && (!f.backend.bind_to.empty() || !f.backend.map_by.empty());
    }
};

struct an_interpreter_that_azure_does_not_use {
    using id = est<62>;
    using remedy = add_user_managed_or_drop_interpreter_path;
    static constexpr std::string_view sentence =
        "interpreter_path is given for an environment that Azure prepares, which has a Python of its own";
    static constexpr std::string_view advice =
        "add user_managed if that interpreter is in the image, or drop it and ask for a version: "
        "conda_packages<\"python=3.8\">";
    static constexpr bool broken(facts const& f) {
        return f.target.is_azure && !f.environment.is_user_managed && f.seen.interpreter_is_given == known::yes;
    }
};

struct a_name_that_azure_does_not_take {
    using id = est<63>;
    using remedy = use_letters_digits_and_dashes_as_azure_does;
    static constexpr std::string_view sentence =
        "target_name, vm_size, the name of the environment or of a datastore is none that Azure takes";
    static constexpr std::string_view advice =
        "a cluster has 2 to 32 letters, digits and '-' and is not called local or amlcompute; a vm_size is like "
        "Standard_NC6; an environment has letters, digits, blanks, '-', '_' and '.', and its version behind a ':'; a "
        "datastore has letters, digits and '_'";
    static constexpr bool broken(facts const& f) {
        return detail::name_that_azure_refuses{}(f).is_found ||
               (f.target.is_azure && f.seen.datastores_have_azure_names == known::no);
    }
    template <class... Policies>
    using details = typename detail::shown_text<detail::name_that_azure_refuses, detail::told_by<Policies...>>::type;
};

struct a_vm_priority_that_there_is_not {
    using id = est<67>;
    using remedy = write_priority_low_priority_or_priority_dedicated;
    static constexpr std::string_view sentence = "vm_priority is none of the two that Azure has";
    static constexpr std::string_view advice =
        "write vm_priority<priority::low_priority> or vm_priority<priority::dedicated>";
    static constexpr bool broken(facts const& f) { return f.description.has_an_unknown_priority; }
};

struct parts_of_an_environment_that_azure_keeps {
    using id = est<64>;
    using remedy = give_the_environment_another_name_or_no_parts;
    static constexpr std::string_view sentence =
        "an environment with parts of its own has a name that begins as those of Azure's own do, with AzureML or "
        "Microsoft";
    static constexpr std::string_view advice =
        "give it another name; or the name alone, environment_definition<\"AzureML-...\">, to use what Azure has under "
        "it";
    static constexpr bool broken(facts const& f) {
        environment_facts const& e = f.environment;
        bool const has_parts = e.has_packages() || e.is_user_managed || !e.image.reference.empty();
        return f.target.is_azure && has_parts && is_name_of_azure_s_own_environment(e.named);
    }
};

}  // namespace estima::inline v0_1
