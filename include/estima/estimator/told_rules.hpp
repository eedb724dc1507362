// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <estima/estimator/broken_where.hpp>
#include <estima/estimator/job_fields.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/policy/static_list.hpp>
#include <estima/rules/verdict.hpp>

// The table of rules without their types, so that what a running program asks of it is ordinary code: made once for all
// estimators that no rules are added to.
namespace estima::inline v0_1::detail {

struct told_rule {
    std::string_view id, sentence, advice;
    rule_level level;
    bool is_the_library_s, needs_the_running_program;
    bool (*is_broken)(facts const&, job_fields const*);  ///< null: what policies alone break
    std::string (*own_where)(facts const&, job_fields const&) = nullptr;

    /// The values that break it.
    std::string where(observation const& o, job_fields const& job) const {
        if (own_where != nullptr) return own_where(o.seen, job);
        return is_the_library_s ? broken_where(id, o, job) : "";
    }
};

template <class Rule>
bool is_rule_broken(facts const& f, [[maybe_unused]] job_fields const* job) {
    if constexpr (requires { { Rule::broken_at_submit(*job) } -> std::same_as<bool>; })
        if (job != nullptr && Rule::broken_at_submit(*job)) return true;
    return Rule::broken(f);
}
template <class Rule>
std::string where_of_rule_itself(facts const& f, job_fields const& job) {
    return Rule::where(f, job);
}
template <class Rule>
constexpr told_rule without_type() {
    told_rule told{Rule::id::text,       Rule::sentence,       Rule::advice,
                   level_of<Rule>(),     has_library_id<Rule>, needs_the_running_program<Rule>(),
                   &is_rule_broken<Rule>};
    if constexpr (requires(facts const& f, job_fields const& job) {
                      { Rule::where(f, job) } -> std::convertible_to<std::string>;
                  })
        told.own_where = &where_of_rule_itself<Rule>;
    return told;
}

template <class Rules>
struct told_table;
template <class... Rules>
struct told_table<rule_list<Rules...>> {
    static constexpr told_rule all[]{without_type<Rules>()...};
    static constexpr static_list<told_rule> rules{all, sizeof...(Rules)};
};

/// What estimators of these policies are held to.
template <class... Policies>
constexpr static_list<told_rule> told_rules_for() {
    return told_table<rules_of_policies<Policies...>>::rules;
}

}  // namespace estima::inline v0_1::detail
