// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/for_each.hpp>

#include <string>
#include <string_view>

#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/requirement_where.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline std::string number_of(count const& c) { return c.is_given ? std::to_string(c.value) : "open (1 if nobody gives it)"; }

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
    if (!e.named.empty()) text.append(e.named).append(e.named_version.empty() ? "" : " version ").append(e.named_version).append(", ");
    text += e.is_user_managed                                      ? "the user's own"
            : e.is_prepared() || !f.framework.version.empty() || f.target.is_azure ? "prepared for the run"
                                                                   : "the system's Python";
    return text + "\n";
}
}  // namespace detail

/// The whole verdict on policies, also on such as make no estimator: what they say together, and how each rule stands.
/// The one argument may also be an estimator.
template <class... Policies>
    requires(!(any_estimator<Policies> || ...))
std::string explain() {
    facts const& f = detail::told_by<Policies...>;
    std::string text = detail::explanation(f);
    int broken_count = 0;
    std::string verdict;
    boost::hana::for_each(rules_for<Policies...>, [&](auto type) {
        using rule_type = typename decltype(type)::type;
        if (!rule_type::broken(f)) return;
        bool const is_error = level_of<rule_type>() == rule_level::error;
        broken_count += is_error;
        verdict.append("[").append(rule_type::id::text).append(is_error ? "] error: " : "] warning: ");
        verdict.append(rule_type::sentence).append("\n");
        if (std::string const where = detail::requirement_where(rule_type::id::text, f); !where.empty()) {
            verdict += "    " + where + "\n";
            if (std::string const mark = detail::mark_below(rule_type::id::text, f, 4); !mark.empty()) verdict += mark + "\n";
        }
        verdict.append("    ").append(rule_type::advice).append("\n");
    });
    text += broken_count == 0 ? "It is an estimator.\n" : "It does not compile: " + std::to_string(broken_count) + " broken.\n";
    return text + verdict;
}

template <any_estimator Estimator>
std::string explain() {
    using policies = typename Estimator::policies;
    return explain<typename policies::framework_type, typename policies::compute_target_type,
                   typename policies::distribution_backend_type, typename policies::environment_type>();
}

}  // namespace estima::inline v0_1
