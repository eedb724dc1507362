// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/estimator/told_rules.hpp>

namespace estima::inline v0_1 {

/// A rule that a job breaks when it is submitted.
struct broken_rule {
    std::string_view id, sentence, advice;
    std::string where;  ///< the values that break it
    rule_level level = rule_level::error;

    /// All of it in one line.
    std::string text() const {
        std::string line = "[" + std::string{id} + "] " + std::string{sentence};
        if (!where.empty()) line += " (" + where + ")";
        return line.append(": ").append(advice);
    }
};

/// Thrown by submit: all rules that the job breaks. id() is the first one's.
class broken_rules_error : public error {
public:
    explicit broken_rules_error(std::vector<broken_rule> found)
        : error{found.front().id, text_of(found)}, rules_{std::move(found)} {}

    std::vector<broken_rule> const& rules() const noexcept { return rules_; }

private:
    static error_text text_of(std::vector<broken_rule> const& found) {
        error_text text{
            .what = std::string{found[0].sentence}, .where = found[0].where, .remedy = std::string{found[0].advice}};
        for (std::size_t i = 1; i < found.size(); ++i) {
            error_text const more{std::string{found[i].sentence}, found[i].where, {}, std::string{found[i].advice}};
            text.remedy.append("\n").append(error{found[i].id, more}.what());
        }
        return text;
    }

    std::vector<broken_rule> rules_;
};

namespace detail {
inline std::vector<broken_rule> broken_of(static_list<told_rule> rules, facts const& policies, job_fields const& job) {
    observation const o = observe(policies, job);
    std::vector<broken_rule> found;
    for (told_rule const& one : rules)
        if (one.is_broken(o.seen, &job))
            found.push_back({one.id, one.sentence, one.advice, one.where(o, job), one.level});
    return found;
}
}  // namespace detail

/// All rules that the job breaks, errors and warnings, now that its fields are known and its files can be looked at.
template <any_estimator Estimator>
std::vector<broken_rule> check(Estimator const& job) {
    using policies = typename Estimator::policies;
    return detail::broken_of(
        detail::told_rules_for<typename policies::framework_type, typename policies::compute_target_type,
                               typename policies::distribution_backend_type, typename policies::environment_type>(),
        Estimator::policy_facts, job.fields());
}

/// Throws broken_rules_error with all errors; returns the warnings.
template <any_estimator Estimator>
std::vector<broken_rule> require_valid(Estimator const& job) {
    std::vector<broken_rule> errors = check(job), warnings;
    std::erase_if(errors, [&warnings](broken_rule const& rule) {
        if (rule.level == rule_level::warning) warnings.push_back(rule);
        return rule.level == rule_level::warning;
    });
    if (!errors.empty()) detail::throw_or_abort(broken_rules_error{std::move(errors)});
    return warnings;
}

}  // namespace estima::inline v0_1
