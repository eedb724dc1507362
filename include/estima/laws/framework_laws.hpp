// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/laws/policy_laws.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
template <class F>
constexpr bool names_framework() {
    facts f;
    f.framework.name = "?";
    F::tell(f);
    return is_word(f.framework.name);
}

template <class B>
constexpr std::string_view backend_name() {
    return told_to<B>(facts{}).backend.name;
}
template <class... Backends>
constexpr bool is_backend_of(std::string_view name) {
    return ((name == backend_name<Backends>()) || ...);
}
template <class F, class... OwnBackends>
constexpr bool lists_backends() {
    name_list const list = told_to<F>(facts{}).framework.backends;
    for (std::string_view const one : list)
        if (!is_backend_of<single_process, mpi<>, gloo<>, nccl<>, parameter_server<>, multi_worker<>, OwnBackends...>(
                one))
            return false;
    return has_no_two(list, [](std::string_view a, std::string_view b) { return a == b; });
}

template <class F>
constexpr bool brings_packages() {
    for (framework_version const& one : told_to<F>(facts{}).framework.versions)
        if (!are_pip_packages(one.pip_packages) || !are_pip_packages(one.gpu_pip_packages) ||
            (!one.python.empty() && !parse_conda_spec(one.python)))
            return false;
    return true;
}
template <class F>
constexpr bool brings_images() {
    for (framework_version const& one : told_to<F>(facts{}).framework.versions)
        if (!is_image_or_none(one.cpu_image) || !is_image_or_none(one.gpu_image)) return false;
    return true;
}
template <class F, class... Backends>
inline constexpr bool is_estimable_with_one = (estimable<F, ssh_hosts<>, Backends> || ...);
}  // namespace laws_detail

namespace laws {

/// `framework.name`, in the letters of "scikit_learn".
template <class F>
concept names_its_framework = laws_detail::names_framework<F>();

/// Each of `framework.backends` is the library's or one of OwnBackends, and stands there once.
template <class F, class... OwnBackends>
concept lists_backends_that_there_are = laws_detail::lists_backends<F, OwnBackends...>();

/// From the oldest to the newest: without a version, the last is taken.
template <class F>
concept lists_versions_from_old_to_new = laws_detail::ascend(laws_detail::told_to<F>(facts{}).framework.versions);

/// Requirements that pip can read and satisfy together.
template <class F>
concept brings_packages_that_can_be_installed = laws_detail::brings_packages<F>();

template <class F>
concept brings_images_with_valid_names = laws_detail::brings_images<F>();

/// Names that variables can have, none of those that the launcher sets, each once.
template <class F>
concept sets_variables_that_a_job_may_set =
    laws_detail::are_variables(laws_detail::told_to<F>(facts{}).framework.variables);

/// No Python environment is prepared for an executable.
template <class F>
concept has_no_versions_if_it_is_executable = !laws_detail::told_to<F>(facts{}).framework.is_executable ||
                                              laws_detail::told_to<F>(facts{}).framework.versions.empty();

/// There is a backend with which it makes an estimator.
template <class F, class... OwnBackends>
concept makes_an_estimator_with_some_backend =
    laws_detail::is_estimable_with_one<F, single_process, mpi<>, gloo<>, nccl<>, parameter_server<>, multi_worker<>,
                                       OwnBackends...>;

/// All laws of a framework. OwnBackends: backends of one's own that it lists.
template <class F, class... OwnBackends>
concept framework = policy<F, framework_slot> && tells_the_same_when_asked_twice<F> && names_its_framework<F> &&
    lists_backends_that_there_are<F, OwnBackends...> && lists_versions_from_old_to_new<F> &&
    brings_packages_that_can_be_installed<F> && brings_images_with_valid_names<F> &&
    sets_variables_that_a_job_may_set<F> && has_no_versions_if_it_is_executable<F> &&
    makes_an_estimator_with_some_backend<F, OwnBackends...>;

}  // namespace laws

}  // namespace estima::inline v0_1
