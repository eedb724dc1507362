// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <estima/policy/facts.hpp>

namespace estima::inline v0_1 {

/// The number of a rule, as it is printed in a compiler's message: est<3> is EST-003.
template <int Number>
struct est {
    static_assert(Number > 0 && Number < 100, "rules have the ids EST-001 to EST-099");
    static constexpr char text[]{'E', 'S', 'T', '-', '0', '0' + Number / 10, '0' + Number % 10, 0};
};

namespace detail {
template <class Id>
inline constexpr bool is_est = false;
template <int Number>
inline constexpr bool is_est<est<Number>> = true;
template <class Rule>
inline constexpr bool has_library_id = is_est<typename Rule::id>;
}  // namespace detail

/// An error refuses the job. A warning is told by explain() and submit, and the job is run.
enum class rule_level { error, warning };

/// A rule over the facts of an estimator. Its name is its sentence and `remedy`'s name is the way out, since names are
/// what a compiler prints; `sentence` and `advice` say the same to a running program. `level` may be left out: error.
/// A rule may name a template `details<Policies...>` with more types for the compiler to print. A rule that no policy
/// can break says `static constexpr bool needs_the_running_program = true`: the compiler has nothing to say of it. It
/// may have `static bool broken_at_submit(job_fields const&)` for what the compiler cannot know, and `static
/// std::string where(facts const&, job_fields const&)`, which tells the values that break it.
template <class Rule>
concept rule = requires(facts const& f) {
    { Rule::id::text } -> std::convertible_to<std::string_view>;
    typename Rule::remedy;
    { Rule::sentence } -> std::convertible_to<std::string_view>;
    { Rule::advice } -> std::convertible_to<std::string_view>;
    { Rule::broken(f) } -> std::same_as<bool>;
} && (requires { requires Rule::needs_the_running_program; } ||
      requires { typename std::bool_constant<Rule::broken(facts{})>; });  // which the compiler can ask

template <class Rule>
constexpr bool needs_the_running_program() {
    return requires { requires Rule::needs_the_running_program; };
}

template <class Rule>
constexpr rule_level level_of() {
    if constexpr (requires { Rule::level; }) return Rule::level;
    else return rule_level::error;
}

}  // namespace estima::inline v0_1
