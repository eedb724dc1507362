// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include <estima/laws/policy_laws.hpp>
#include <estima/rules/all_rules.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
template <class R>
constexpr bool has_valid_id() {
    std::string_view const id = R::id::text;
    if (id.empty() || (id.substr(0, 4) == "EST-" && !estima::detail::has_library_id<R>)) return false;
    for (char const c : id)
        if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
    return true;
}
template <class R, class Other>
constexpr bool shares_id() {
    return !std::same_as<R, Other> && std::string_view{R::id::text} == std::string_view{Other::id::text};
}
template <class R, class... Others>
constexpr bool shares_no_id(rule_list<Others...>) {
    return !(shares_id<R, Others>() || ...);
}

template <class R>
constexpr bool is_asked(facts const& f) {
    return R::broken(f) || true;
}

template <class R, class... Estimators>
constexpr bool breaks_none() {
    if constexpr (sizeof...(Estimators) > 0)
        return !(R::broken(Estimators::policy_facts) || ...);
    else  // plain ones, with which nothing is wrong
        return breaks_none<
            R, estimator<>, estimator<native>, estimator<scikit_learn<>>, estimator<generic, environment<user_managed>>,
            estimator<mpi<process_count_per_node<2>>>, estimator<pytorch<>, gloo<process_count_per_node<2>>>,
            estimator<aml_compute<target_name<"pool">, max_nodes<4>>, mpi<node_count<2>>,
                      environment<pip_packages<"numpy">>>,
            estimator<pytorch<"1.6">, aml_compute<target_name<"pool">, max_nodes<4>, gpus_per_node<2>>,
                      nccl<node_count<2>, process_count_per_node<2>>>,
            estimator<tensorflow<>, aml_compute<target_name<"pool">>, parameter_server<worker_count<2>>>>();
}
}  // namespace laws_detail

namespace laws {

/// Letters, digits, '-', '_' and '.'; "EST-..." is the library's.
template <class R>
concept has_an_id_of_letters_and_digits = laws_detail::has_valid_id<R>();

/// None of the library's rules has its id.
template <class R>
concept has_an_id_that_the_library_has_not = laws_detail::shares_no_id<R>(library_rules{});

/// The sentence and the advice are one line each, without a full stop.
template <class R>
concept says_in_a_line_what_is_wrong_and_what_to_do =
    laws_detail::is_one_line(R::sentence) && laws_detail::is_one_line(R::advice);

/// `broken` is constexpr.
template <class R>
concept can_be_asked_by_the_compiler = requires {
    requires std::bool_constant < laws_detail::is_asked<R>(facts{})
    > ::value;
};

/// A `level` is a rule_level; `broken_at_submit` and `where`, which would be passed over otherwise, can be called.
template <class R>
concept has_members_of_the_right_types = (
                                             !requires { R::level; } ||
                                             requires {
                                                 { R::level } -> std::same_as<rule_level const&>;
                                             }) &&
                                         (
                                             !requires { &R::broken_at_submit; } ||
                                             requires(job_fields const& job) {
                                                 { R::broken_at_submit(job) } -> std::same_as<bool>;
                                             }) &&
                                         (
                                             !requires { &R::where; } ||
                                             requires(facts const& f, job_fields const& job) {
                                                 { R::where(f, job) } -> std::convertible_to<std::string>;
                                             });

/// None of these estimators breaks it; if none are named, none of the library's plain ones. They have not been
/// submitted: what only the running program can see breaks no rule as long as it is not known.
template <class R, class... Estimators>
concept lets_plain_estimators_be = laws_detail::breaks_none<R, Estimators...>();

/// All laws of a rule. Estimators: some that must not break it, instead of the library's plain ones.
template <class R, class... Estimators>
concept rule = estima::rule<R> && has_an_id_of_letters_and_digits<R> && has_an_id_that_the_library_has_not<R> &&
    says_in_a_line_what_is_wrong_and_what_to_do<R> && has_members_of_the_right_types<R> &&
    can_be_asked_by_the_compiler<R> && lets_plain_estimators_be<R, Estimators...>;

/// No two of these rules have one id.
template <class... Rules>
concept have_ids_of_their_own = (laws_detail::shares_no_id<Rules>(rule_list<Rules...>{}) && ...);

}  // namespace laws

}  // namespace estima::inline v0_1
