// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/laws/policy_laws.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
template <class E>
constexpr environment_facts environment_of() {
    return told_to<E>(facts{}).environment;
}

constexpr bool has_noticed(facts const& before, facts const& after) {
    return after.environment.parts_given_twice > before.environment.parts_given_twice ||
           after.environment.interpreter_is_contradicted;
}
template <class P>
constexpr bool notices_a_second() {
    facts const once = told_to<P>(facts{}), twice = told_to<P>(once);
    return once == twice || has_noticed(once, twice);
}

/// The facts of `before` that another part gave are still there.
constexpr bool keeps(environment_facts const& before, environment_facts const& after) {
    auto kept = []<class T>(T const& a, T const& b) { return a == T{} || a == b; };
    return kept(before.is_user_managed, after.is_user_managed) && kept(before.named, after.named) &&
           kept(before.named_version, after.named_version) &&
           kept(before.interpreter_path, after.interpreter_path) && kept(before.conda_packages, after.conda_packages) &&
           kept(before.pip_packages, after.pip_packages) &&
           kept(before.conda_dependencies_file, after.conda_dependencies_file) &&
           kept(before.pip_requirements_file, after.pip_requirements_file) && kept(before.image, after.image) &&
           kept(before.variables, after.variables) && kept(before.shm_size, after.shm_size);
}
template <class P, class Other>
constexpr bool keeps_the_facts_of() {
    facts const before = told_to<Other>(facts{}), after = told_to<P>(before);
    return keeps(before.environment, after.environment) || has_noticed(before, after);
}
template <class P>
inline constexpr bool keeps_what_the_library_s_parts_say =
    keeps_the_facts_of<P, user_managed>() && keeps_the_facts_of<P, interpreter_path<"python3.9">>() &&
    keeps_the_facts_of<P, conda_packages<"other">>() && keeps_the_facts_of<P, pip_packages<"other">>() &&
    keeps_the_facts_of<P, conda_dependencies_file<"other.yml">>() &&
    keeps_the_facts_of<P, pip_requirements_file<"other.txt">>() &&
    keeps_the_facts_of<P, custom_docker_image<"other/image:1">>() &&
    keeps_the_facts_of<P, environment_variables<variable<"OTHER", "1">>>() && keeps_the_facts_of<P, shm_size<1_MiB>>();

constexpr bool has_files_inside(environment_facts const& e) {
    return (e.conda_dependencies_file.empty() || is_path_inside(e.conda_dependencies_file)) &&
           (e.pip_requirements_file.empty() || is_path_inside(e.pip_requirements_file));
}
}  // namespace laws_detail

namespace laws {

/// It says something of the environment, or adds rules. A `tell` that takes its facts by value says nothing.
template <class P>
concept says_something = !(laws_detail::told_to<P>(facts{}) == facts{}) || estima::detail::adds_rules<P>;

/// Given twice it says the same, or counts it in `environment.parts_given_twice`, which is an error.
template <class P>
concept notices_when_it_is_given_twice = laws_detail::notices_a_second<P>();

/// What another part has said is kept, or counted in `environment.parts_given_twice`: never lost without a word.
template <class P>
concept keeps_what_other_parts_said = laws_detail::keeps_what_the_library_s_parts_say<P>;

template <class E>
concept has_packages_that_can_be_installed =
    laws_detail::are_conda_packages(laws_detail::environment_of<E>().conda_packages) &&
    laws_detail::are_pip_packages(laws_detail::environment_of<E>().pip_packages);
template <class E>
concept has_an_image_with_a_valid_name =
    laws_detail::is_image_or_none(laws_detail::environment_of<E>().image.reference);

/// Names that variables can have, none of those that the launcher sets, each once.
template <class E>
concept has_variables_that_a_job_may_set = laws_detail::are_variables(laws_detail::environment_of<E>().variables);

/// Paths relative to source_directory that stay in it.
template <class E>
concept has_its_files_in_the_source_directory = laws_detail::has_files_inside(laws_detail::environment_of<E>());

/// It makes an estimator on a target with containers.
template <class E>
concept goes_with_a_plain_job = estimable<E, slurm<with_containers>>;

/// What an environment and its parts have in common.
template <class E>
concept valid_environment = has_a_constexpr_tell_function<E> && tells_its_own_section_only<E, environment_slot> &&
    tells_the_same_beside_all_others<E, environment_slot> && notices_when_it_is_given_twice<E> &&
    has_packages_that_can_be_installed<E> && has_an_image_with_a_valid_name<E> && has_variables_that_a_job_may_set<E> &&
    has_its_files_in_the_source_directory<E>;

/// All laws of an environment, a policy.
template <class E>
concept environment = policy_of<E, environment_slot> && valid_environment<E> && goes_with_a_plain_job<E>;

/// All laws of a part of an environment: it stands in `environment<...>`.
template <class P>
concept environment_part = valid_environment<P> && says_something<P> && keeps_what_other_parts_said<P> &&
    goes_with_a_plain_job<estima::environment<P>>;

}  // namespace laws

}  // namespace estima::inline v0_1
