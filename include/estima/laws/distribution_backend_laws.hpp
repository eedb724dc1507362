// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/laws/policy_laws.hpp>
#include <estima/policy/azure_words.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
template <class B>
constexpr backend_facts backend_of() {
    return told_to<B>(facts{}).backend;
}
template <class B>
constexpr bool names_backend() {
    facts f;
    f.backend.name = "?";
    B::tell(f);
    return is_word(f.backend.name);
}
constexpr bool has_known_words(backend_facts const& b) {
    return name_list{known_communicators}.contains(b.communicator) &&
           name_list{known_frameworks}.contains(b.azure_framework);
}
constexpr bool communicates_if_it_distributes(backend_facts const& b) {
    return b.distributes == (b.communicator != "None");
}
constexpr bool counts_roles_as_its_communicator(backend_facts const& b) {
    return b.has_roles == (b.communicator == "ParameterServer" || b.communicator == "MultiWorker");
}
constexpr bool is_at_least(count const& c, int least) { return !c.is_contradicted && c.value >= least; }
constexpr bool gives_counts(facts const& f) {
    return is_at_least(f.node_count, 1) && is_at_least(f.process_count_per_node, 1) &&
           is_at_least(f.backend.worker_count, 1) && is_at_least(f.backend.parameter_server_count, 0);
}

template <class F>
constexpr std::string_view framework_name() {
    return told_to<F>(facts{}).framework.name;
}
template <class... Frameworks>
constexpr bool is_framework_of(std::string_view name) {
    return ((name == framework_name<Frameworks>()) || ...);
}
template <class B, class... OwnFrameworks>
constexpr bool names_frameworks() {
    for (std::string_view const one : backend_of<B>().frameworks)
        if (!is_framework_of<generic, scikit_learn<>, pytorch<>, tensorflow<>, chainer<>, xgboost<>, lightgbm<>, native,
                             OwnFrameworks...>(one))
            return false;
    return has_no_two(backend_of<B>().frameworks, [](std::string_view a, std::string_view b) { return a == b; });
}
}  // namespace laws_detail

namespace laws {

/// `backend.name`, in the letters of "parameter_server".
template <class B>
concept names_its_backend = laws_detail::names_backend<B>();

/// `backend.communicator` and `backend.azure_framework` are words that a run configuration has. One of another word
/// is written to the file, and refused by whoever runs it.
template <class B>
concept is_lowered_to_known_words = laws_detail::has_known_words(laws_detail::backend_of<B>());

/// Several processes without a communicator could not be started, and a communicator for one would be.
template <class B>
concept has_a_communicator_if_it_distributes =
    laws_detail::communicates_if_it_distributes(laws_detail::backend_of<B>());

/// Workers and parameter servers are counted where the communicator is "ParameterServer" or "MultiWorker".
template <class B>
concept counts_roles_if_its_communicator_does =
    laws_detail::counts_roles_as_its_communicator(laws_detail::backend_of<B>());

/// At least 1 of what it counts; parameter servers may be 0.
template <class B>
concept gives_counts_that_can_be_started = laws_detail::gives_counts(laws_detail::told_to<B>(facts{}));

/// Each of `backend.frameworks` is the library's or one of OwnFrameworks, and stands there once.
template <class B, class... OwnFrameworks>
concept names_frameworks_that_there_are = laws_detail::names_frameworks<B, OwnFrameworks...>();

/// `generic` on a roomy target makes an estimator with it.
template <class B>
concept goes_with_a_generic_job = estimable<generic, ssh_hosts<>, B>;

/// All laws of a distribution backend. OwnFrameworks: frameworks of one's own that it names.
template <class B, class... OwnFrameworks>
concept distribution_backend = policy<B, distribution_backend_slot> && tells_the_same_when_asked_twice<B> &&
    names_its_backend<B> && is_lowered_to_known_words<B> && has_a_communicator_if_it_distributes<B> &&
    counts_roles_if_its_communicator_does<B> && gives_counts_that_can_be_started<B> &&
    names_frameworks_that_there_are<B, OwnFrameworks...> && goes_with_a_generic_job<B>;

}  // namespace laws

}  // namespace estima::inline v0_1
