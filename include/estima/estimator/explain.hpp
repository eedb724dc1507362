// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <estima/base/type_text.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/requirement_where.hpp>
#include <estima/estimator/told_rules.hpp>
#include <estima/rules/told_arguments.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline std::string number_of(count const& c) {
    return c.is_given ? std::to_string(c.value) : "open (1 if nobody gives it)";
}

inline std::string explanation(facts const& f) {
    std::string text = "framework      " + std::string{f.framework.name};
    if (framework_version const chosen = f.framework.chosen_version(); !chosen.version.empty())
        text.append(f.framework.version.empty() ? ", newest known version " : ", version ").append(chosen.version);
    else if (!f.framework.version.empty()) {
        text.append(", version ").append(f.framework.version).append(", which is not known; known:");
        for (framework_version const& one : f.framework.versions) text.append(" ").append(one.version);
    }
    text.append("\ncompute target ").append(f.target.kind);
    if (f.target.name != f.target.kind) text.append(" ").append(f.target.name);
    text.append("\nbackend        ").append(f.backend.name);
    text += "\nnodes          " + number_of(f.node_count);
    if (f.backend.has_roles)
        text += "\nworkers        " + number_of(f.backend.worker_count) + "\nservers        " +
                number_of(f.backend.parameter_server_count);
    else text += "\nprocesses      " + number_of(f.process_count_per_node) + " on each node";
    environment_facts const& e = f.environment;
    text += "\nenvironment    ";
    if (!e.named.empty())
        text.append(e.named).append(e.named_version.empty() ? "" : " version ").append(e.named_version).append(", ");
    text += e.is_user_managed                                      ? "the user's own"
            : e.is_prepared() || !f.framework.version.empty() || f.target.is_azure ? "prepared for the run"
                                                                   : "the system's Python";
    return text + "\n";
}
}  // namespace detail

namespace detail {
template <class Details>
struct told_arguments {
    static std::string text() { return {}; }
};
template <class... Arguments>
struct told_arguments<about<Arguments...>> {
    static std::string text() {
        std::string all;
        (all.append(all.empty() ? "" : ", ").append(type_text<Arguments>()), ...);
        return all;
    }
};
/// What tells the arguments that a rule is about. Null for a rule that the policies do not break, or that has no such.
template <class Rule, class... Policies>
constexpr auto details_of() -> std::string (*)() {
    if constexpr (!needs_the_running_program<Rule>())
        if constexpr (Rule::broken(told_by<Policies...>))
            if constexpr (requires { typename Rule::template details<Policies...>; })
                return &told_arguments<typename Rule::template details<Policies...>>::text;
    return nullptr;
}
template <class Rules, class... Policies>
struct details_table;
template <class... Rules, class... Policies>
struct details_table<rule_list<Rules...>, Policies...> {
    static constexpr std::string (*all[])(){details_of<Rules, Policies...>()...};
};

/// Ids in lines of a hundred characters.
class id_lines {
public:
    void add(std::string_view id) {
        if (line_.size() + 1 + id.size() > 98) {
            text_ += line_ + "\n";
            line_.clear();
        }
        line_.append(line_.empty() ? "    " : " ").append(id);
        ++number_;
    }
    std::string text(std::string const& title) const {
        return number_ == 0 ? "" : title + " (" + std::to_string(number_) + "):\n" + text_ + line_ + "\n";
    }

private:
    std::string text_{}, line_{};
    int number_ = 0;
};

/// `details` has one entry for each rule.
inline std::string explanation(facts const& f, static_list<told_rule> rules, std::string (*const* details)()) {
    int broken_count = 0;
    std::string broken;
    id_lines hold, are_left;
    for (told_rule const& rule : rules) {
        auto const tell = *details++;
        if (rule.needs_the_running_program) are_left.add(rule.id);
        else if (!rule.is_broken(f, nullptr)) hold.add(rule.id);
        else {
            bool const is_error = rule.level == rule_level::error;
            broken_count += is_error;
            broken.append("[").append(rule.id).append(is_error ? "] error: " : "] warning: ");
            broken.append(rule.sentence).append("\n");
            std::string where = tell == nullptr ? "" : tell();
            if (where.empty()) where = rule.where(observation{f}, job_fields{});
            if (!where.empty()) broken += "    " + where + "\n";
            if (std::string const mark = mark_below(rule.id, f, 4); !where.empty() && !mark.empty())
                broken += mark + "\n";
            broken.append("    ").append(rule.advice).append("\n");
        }
    }
    std::string const verdict = broken_count == 0
                                    ? "It is an estimator.\n"
                                    : "It does not compile: " + std::to_string(broken_count) + " broken.\n";
    return explanation(f) + verdict + broken + hold.text("Rules that hold") +
           are_left.text("Rules that are asked at submit, when fields and files are known");
}
}  // namespace detail

/// The whole verdict on policies, also on such as make no estimator: what they say together, what is broken, which
/// rules hold, and which only submit can ask. The one argument may also be an estimator.
template <class... Policies>
    requires(!(any_estimator<Policies> || ...))
std::string explain() {
    using details = detail::details_table<detail::rules_of_policies<Policies...>, Policies...>;
    return detail::explanation(detail::told_by<Policies...>, detail::told_rules_for<Policies...>(), details::all);
}

template <any_estimator Estimator>
std::string explain() {
    using policies = typename Estimator::policies;
    return explain<typename policies::framework_type, typename policies::compute_target_type,
                   typename policies::distribution_backend_type, typename policies::environment_type>();
}

}  // namespace estima::inline v0_1
