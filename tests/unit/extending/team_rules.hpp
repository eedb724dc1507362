// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>

#include <string>
#include <string_view>

namespace team {

// Compilers print names: of the id, the rule and the remedy, which needs no definition.
struct TEAM_001 {
    static constexpr char text[] = "TEAM-001";
};
struct fill_the_nodes_or_leave_process_count_per_node_out;

struct nodes_that_are_paid_for_and_not_filled {
    using id = TEAM_001;
    using remedy = fill_the_nodes_or_leave_process_count_per_node_out;
    static constexpr std::string_view sentence = "the job pays for whole nodes and does not fill them";
    static constexpr std::string_view advice = "give each node as many processes as it has GPUs";
    static constexpr bool broken(estima::facts const& f) {
        return f.target.gpus_per_node.is_given && f.process_count_per_node.is_given &&
               f.process_count_per_node.value < f.target.gpus_per_node.value;
    }
};

struct TEAM_002 {
    static constexpr char text[] = "TEAM-002";
};
struct tag_it_with_the_owner;

struct a_job_without_an_owner {
    using id = TEAM_002;
    using remedy = tag_it_with_the_owner;
    static constexpr auto level = estima::rule_level::warning;
    static constexpr std::string_view sentence = "nobody can be asked about this job";
    static constexpr std::string_view advice = "add the tag \"owner\"";
    static constexpr bool broken(estima::facts const&) { return false; }  // tags are not known to the compiler
    static bool broken_at_submit(estima::job_fields const& job) {
        for (auto const& [name, value] : job.tags)
            if (name == "owner") return false;
        return true;
    }
    static std::string where(estima::facts const&, estima::job_fields const& job) {
        return "display_name = \"" + job.display_name + "\"";
    }
};

using team_rules = estima::held_to<nodes_that_are_paid_for_and_not_filled, a_job_without_an_owner>;

}  // namespace team
