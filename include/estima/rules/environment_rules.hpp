// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/reserved_variables.hpp>
#include <estima/rules/facts_of.hpp>
#include <estima/rules/rule.hpp>
#include <estima/rules/told_arguments.hpp>
#include <estima/rules/told_text.hpp>

namespace estima::inline v0_1 {

struct drop_the_version_or_let_estima_manage_the_environment;
struct drop_interpreter_path_or_choose_a_python_framework;
struct let_the_distribution_backend_set_it;
struct check_the_interpreter_path;
struct give_each_part_of_the_environment_once;
struct drop_user_managed_or_the_packages;
struct put_all_packages_into_the_file_or_all_inline;
struct choose_a_target_with_containers_or_drop_the_image;
struct put_the_file_into_the_source_directory;
struct write_4_GiB_or_512_MiB;
struct write_a_list_of_dependencies_with_pip_s_in_one_map;

struct a_framework_version_in_an_environment_that_the_user_manages {
    using id = est<9>;
    using remedy = drop_the_version_or_let_estima_manage_the_environment;
    static constexpr std::string_view sentence =
        "a framework version is asked for in a user_managed environment, where the interpreter decides it";
    static constexpr std::string_view advice = "drop the version; the environment's own one is used";
    static constexpr bool broken(facts const& f) {
        return f.environment.is_user_managed && !f.framework.version.empty();
    }
};

struct an_interpreter_for_a_native_executable {
    using id = est<10>;
    using remedy = drop_interpreter_path_or_choose_a_python_framework;
    static constexpr std::string_view sentence = "an interpreter is given for a native executable, which needs none";
    static constexpr std::string_view advice =
        "drop interpreter_path, or choose a framework whose entry is a Python script";
    static constexpr bool broken(facts const& f) {
        return f.framework.is_executable && f.seen.interpreter_is_given == known::yes;
    }
};

namespace detail {
/// The first that the types set.
struct reserved_variable {
    constexpr found_text operator()(facts const& f) const {
        for (named_value const& one : f.environment.variables)
            if (is_reserved_variable(one.name)) return {one.name, true};
        return {};
    }
};
}  // namespace detail

struct a_reserved_environment_variable_is_set {
    using id = est<11>;
    using remedy = let_the_distribution_backend_set_it;
    static constexpr std::string_view sentence =
        "environment_variables sets one that the launcher, MPI or the backend sets for each process";
    static constexpr std::string_view advice = "leave it out: every process gets its own value";
    static constexpr bool broken(facts const& f) {
        return detail::reserved_variable{}(f).is_found || f.seen.sets_reserved_variable == known::yes;
    }
    template <class... Policies>
    using details = typename detail::shown_text<detail::reserved_variable, detail::told_by<Policies...>>::type;
};

struct the_interpreter_is_not_found {
    using id = est<23>;
    using remedy = check_the_interpreter_path;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "the Python interpreter is not found, or cannot be executed";
    static constexpr std::string_view advice =
        "install it (Debian: apt-get install python3), or name another with interpreter_path";
    static constexpr bool broken(facts const& f) { return f.seen.interpreter_is_found == known::no; }
};

struct a_part_of_the_environment_is_given_twice {
    using id = est<14>;
    using remedy = give_each_part_of_the_environment_once;
    static constexpr std::string_view sentence = "the environment has two parts of one kind";
    static constexpr std::string_view advice = "give each kind of part once, with all its packages or variables";
    static constexpr bool broken(facts const& f) { return f.environment.parts_given_twice > 0; }
    template <class... Policies>
    using details = detail::arguments_at_fault<a_part_of_the_environment_is_given_twice, Policies...>;
};

struct packages_in_an_environment_that_the_user_manages {
    using id = est<15>;
    using remedy = drop_user_managed_or_the_packages;
    static constexpr std::string_view sentence =
        "packages are asked for in a user_managed environment, where none are installed";
    static constexpr std::string_view advice = "drop user_managed, or the packages";
    static constexpr bool broken(facts const& f) {
        return f.environment.is_user_managed && f.environment.has_packages();
    }
};

struct a_conda_file_together_with_other_packages {
    using id = est<16>;
    using remedy = put_all_packages_into_the_file_or_all_inline;
    static constexpr std::string_view sentence =
        "conda_dependencies_file stands beside other packages, which would be ignored";
    static constexpr std::string_view advice =
        "put all packages into the file, or all into conda_packages and pip_packages";
    static constexpr bool broken(facts const& f) {
        environment_facts const& e = f.environment;
        return !e.conda_dependencies_file.empty() &&
               (!e.conda_packages.empty() || !e.pip_packages.empty() || !e.pip_requirements_file.empty());
    }
};

struct a_container_on_a_target_without_containers {
    using id = est<17>;
    using remedy = choose_a_target_with_containers_or_drop_the_image;
    static constexpr std::string_view sentence =
        "a container image or shm_size is asked for on a target without containers";
    static constexpr std::string_view advice =
        "choose a target with containers, or drop custom_docker_image and shm_size";
    static constexpr bool broken(facts const& f) {
        return !f.target.has_containers &&
               (!f.environment.image.reference.empty() || f.environment.shm_size != bytes{});
    }
};

struct a_conda_file_that_conda_cannot_read {
    using id = est<65>;
    using remedy = write_a_list_of_dependencies_with_pip_s_in_one_map;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence = "conda_dependencies_file is not what conda reads";
    static constexpr std::string_view advice =
        "write it in YAML: dependencies, a list of packages, with those of pip in one map \"pip\"";
    static constexpr bool broken(facts const& f) { return f.seen.conda_file_can_be_read == known::no; }
};

struct a_size_without_a_unit {
    using id = est<48>;
    using remedy = write_4_GiB_or_512_MiB;
    static constexpr std::string_view sentence = "shm_size is a bare number, or no size at all";
    static constexpr std::string_view advice = "give it a unit: shm_size<4_GiB>, shm_size<512_MiB>";
    static constexpr bool broken(facts const& f) { return f.environment.shm_size_has_no_unit; }
};

struct a_file_of_the_environment_is_missing {
    using id = est<33>;
    using remedy = put_the_file_into_the_source_directory;
    static constexpr bool needs_the_running_program = true;
    static constexpr std::string_view sentence =
        "conda_dependencies_file or pip_requirements_file is not a file inside source_directory";
    static constexpr std::string_view advice = "give its path relative to source_directory";
    static constexpr bool broken(facts const& f) { return f.seen.environment_files_are_inside == known::no; }
};

}  // namespace estima::inline v0_1
