// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/for_each.hpp>

#include <string>
#include <string_view>

#include <estima/base/type_text.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/estimator/requirement_where.hpp>
#include <estima/estimator/validate.hpp>
#include <estima/rules/told_arguments.hpp>

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
/// What a rule that policies break is about: arguments, or values and texts.
template <class Rule, class... Policies>
std::string where_in_policies(facts const& f) {
    std::string text;
    if constexpr (requires { typename Rule::template details<Policies...>; })
        text = told_arguments<typename Rule::template details<Policies...>>::text();
    return text.empty() ? where_of<Rule>(observation{f}, job_fields{}) : text;
}

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
}  // namespace detail

/// The whole verdict on policies, also on such as make no estimator: what they say together, what is broken, which rules
/// hold, and which only submit can ask. The one argument may also be an estimator.
template <class... Policies>
    requires(!(any_estimator<Policies> || ...))
std::string explain() {
    facts const& f = detail::told_by<Policies...>;
    int broken_count = 0;
    std::string broken;
    detail::id_lines hold, are_left;
    boost::hana::for_each(rules_for<Policies...>, [&](auto type) {
        using rule_type = typename decltype(type)::type;
        std::string_view const id = rule_type::id::text;
        if (needs_the_running_program<rule_type>()) return are_left.add(id);
        if (!rule_type::broken(f)) return hold.add(id);
        bool const is_error = level_of<rule_type>() == rule_level::error;
        broken_count += is_error;
        broken.append("[").append(id).append(is_error ? "] error: " : "] warning: ");
        broken.append(rule_type::sentence).append("\n");
        if (std::string const where = detail::where_in_policies<rule_type, Policies...>(f); !where.empty()) {
            broken += "    " + where + "\n";
            if (std::string const mark = detail::mark_below(id, f, 4); !mark.empty()) broken += mark + "\n";
        }
        broken.append("    ").append(rule_type::advice).append("\n");
    });
    std::string const verdict =
        broken_count == 0 ? "It is an estimator.\n" : "It does not compile: " + std::to_string(broken_count) + " broken.\n";
    return detail::explanation(f) + verdict + broken + hold.text("Rules that hold") +
           are_left.text("Rules that are asked at submit, when fields and files are known");
}

template <any_estimator Estimator>
std::string explain() {
    using policies = typename Estimator::policies;
    return explain<typename policies::framework_type, typename policies::compute_target_type,
                   typename policies::distribution_backend_type, typename policies::environment_type>();
}

}  // namespace estima::inline v0_1
