// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/for_each.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/observe.hpp>
#include <estima/estimator/requirement_where.hpp>

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
    explicit broken_rules_error(std::vector<broken_rule> found) : error{found.front().id, text_of(found)}, rules_{std::move(found)} {}

    std::vector<broken_rule> const& rules() const noexcept { return rules_; }

private:
    static error_text text_of(std::vector<broken_rule> const& found) {
        error_text text{.what = std::string{found[0].sentence}, .where = found[0].where, .remedy = std::string{found[0].advice}};
        for (std::size_t i = 1; i < found.size(); ++i) {
            error_text const more{std::string{found[i].sentence}, found[i].where, {}, std::string{found[i].advice}};
            text.remedy.append("\n").append(error{found[i].id, more}.what());
        }
        return text;
    }

    std::vector<broken_rule> rules_;
};

namespace detail {
inline std::string counts_of(facts const& f) {
    auto number = [](std::string_view name, count const& c) {
        return std::string{name} + " is " + std::to_string(c.value) + (c.is_contradicted ? " in one place and another number elsewhere" : "");
    };
    return number("node_count", f.node_count) + ", " + number("process_count_per_node", f.process_count_per_node) +
           "; framework " + std::string{f.framework.name} + ", backend " + std::string{f.backend.name} + ", target " +
           std::string{f.target.name} + " with " + std::to_string(f.target.max_nodes) +
           (f.target.max_nodes == 1 ? " node" : " nodes");
}

inline std::string versions_of(framework_facts const& f) {
    std::string text{f.name};
    text.append(" ").append(f.version.empty() ? "without a version" : f.version).append("; known:");
    for (framework_version const& one : f.versions) text.append(" ").append(one.version);
    return text;
}

/// The values that one of the library's rules is about.
inline std::string where_broken(std::string_view id, observation const& o, job_fields const& job) {
    if (id <= "EST-008" || id == "EST-018" || id == "EST-019" || (id >= "EST-027" && id <= "EST-030") ||
        id == "EST-039" || id == "EST-046")
        return counts_of(o.seen);
    if (id == "EST-009" || id == "EST-013" || id == "EST-040") return versions_of(o.seen.framework);
    if (id == "EST-011") return "environment_variables: " + o.reserved_variables;
    if (id == "EST-020") return "source_directory = \"" + job.source_directory + "\"";
    if (id == "EST-021" || id == "EST-022")
        return "entry_script = \"" + job.entry_script + "\" in source_directory \"" + job.source_directory + "\"";
    if (id == "EST-010" || id == "EST-023") {
        std::string const interpreter = interpreter_of(o.seen, job);
        bool const is_looked_up = id == "EST-023" && interpreter.find('/') == std::string::npos;
        return "interpreter_path = \"" + interpreter + "\"" + (is_looked_up ? ", PATH = " + path_of(o.seen, job) : "");
    }
    if (id == "EST-024") return "max_run_duration = " + std::to_string(job.max_run_duration.seconds()) + " s";
    if (id == "EST-025") return o.unpassable_text;
    if (id == "EST-026") return o.names_given_twice;
    if (id == "EST-031") return "script_params: " + o.parameters_given_twice;
    if (id == "EST-032") return o.over_limits;
    if (id == "EST-033") return o.missing_files;
    if (id == "EST-041") return "inputs and script_params: " + o.repeated_inputs;
    if (id == "EST-042") return "inputs and script_params: " + o.unusable_input_names;
    if (id == "EST-052") return o.texts_without_utf8;
    if (id == "EST-045") return "entry_script = \"" + job.entry_script + "\"";
    return requirement_where(id, o.seen);
}

template <class Rule>
bool is_broken(facts const& f, job_fields const& job) {
    if constexpr (requires { { Rule::broken_at_submit(job) } -> std::same_as<bool>; })
        return Rule::broken(f) || Rule::broken_at_submit(job);
    else return Rule::broken(f);
}
template <class Rule>
std::string where_of(observation const& o, job_fields const& job) {
    if constexpr (requires { { Rule::where(o.seen, job) } -> std::convertible_to<std::string>; })
        return Rule::where(o.seen, job);
    else if constexpr (has_library_id<Rule>)
        return where_broken(Rule::id::text, o, job);
    else return {};
}
}  // namespace detail

/// All rules that the job breaks, errors and warnings, now that its fields are known and its files can be looked at.
template <any_estimator Estimator>
std::vector<broken_rule> check(Estimator const& job) {
    observation const o = observe(Estimator::policy_facts, job.fields());
    std::vector<broken_rule> found;
    boost::hana::for_each(Estimator::policies::held_to_rules, [&](auto type) {
        using rule = typename decltype(type)::type;
        if (detail::is_broken<rule>(o.seen, job.fields()))
            found.push_back({rule::id::text, rule::sentence, rule::advice, detail::where_of<rule>(o, job.fields()),
                             level_of<rule>()});
    });
    return found;
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
