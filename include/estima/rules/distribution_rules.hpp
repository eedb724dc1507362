// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/placement_words.hpp>
#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct name_a_part_of_a_node;

struct use_another_backend_or_the_generic_framework;
struct lower_node_count_or_choose_a_larger_compute_target;
struct add_mpi_or_another_distribution_backend;
struct train_on_one_node_or_use_generic_for_a_script_that_distributes_itself;
struct give_at_least_one;

struct backend_not_supported_by_the_framework {
    using id = est<2>;
    using remedy = use_another_backend_or_the_generic_framework;
    static constexpr std::string_view sentence = "the framework does not support this distribution backend";
    static constexpr std::string_view advice = "use another backend, or `generic` for a script that distributes itself";
    static constexpr bool broken(facts const& f) {
        return !f.framework.takes_every_backend && !f.framework.backends.contains(f.backend.name) &&
               !f.backend.frameworks.contains(f.framework.name);
    }
};

struct more_nodes_than_the_compute_target_has {
    using id = est<3>;
    using remedy = lower_node_count_or_choose_a_larger_compute_target;
    static constexpr std::string_view sentence = "more nodes are asked for than the compute target has";
    static constexpr std::string_view advice = "lower node_count, or choose a larger compute target";
    static constexpr bool broken(facts const& f) {
        return f.target.max_nodes >= 1 && f.node_count.value > f.target.max_nodes;
    }
};

struct several_nodes_or_processes_without_a_distribution_backend {
    using id = est<4>;
    using remedy = add_mpi_or_another_distribution_backend;
    static constexpr std::string_view sentence =
        "several nodes or processes are asked for without a distribution backend";
    static constexpr std::string_view advice = "add mpi<> or another distribution backend to the estimator's policies";
    static constexpr bool broken(facts const& f) {
        return !f.backend.distributes && (f.node_count.value > 1 || f.process_count_per_node.value > 1);
    }
};

struct several_nodes_for_a_framework_that_trains_on_one {
    using id = est<5>;
    using remedy = train_on_one_node_or_use_generic_for_a_script_that_distributes_itself;
    static constexpr std::string_view sentence = "this framework trains on one node only";
    static constexpr std::string_view advice =
        "train on one node, or use `generic` for a script that distributes itself";
    static constexpr bool broken(facts const& f) { return f.framework.trains_on_one_node && f.node_count.value > 1; }
};

struct a_node_count_below_one {
    using id = est<7>;
    using remedy = give_at_least_one;
    static constexpr std::string_view sentence = "node_count is below 1";
    static constexpr std::string_view advice = "give at least 1, or leave it out";
    static constexpr bool broken(facts const& f) { return f.node_count.is_below_one; }
};

struct a_process_count_per_node_below_one {
    using id = est<8>;
    using remedy = give_at_least_one;
    static constexpr std::string_view sentence = "process_count_per_node is below 1";
    static constexpr std::string_view advice = "give at least 1, or leave it out";
    static constexpr bool broken(facts const& f) { return f.process_count_per_node.is_below_one; }
};

struct a_placement_that_mpirun_does_not_know {
    using id = est<73>;
    using remedy = name_a_part_of_a_node;
    static constexpr std::string_view sentence = 
        "bind_to or map_by of the backend is no part of a node, or the two do not go together";
    static constexpr std::string_view advice =
        "hwthread, core, l1cache, l2cache, l3cache, numa or socket; bind_to also none, map_by also slot, and a number "
        "of places: \"socket:PE=2\", beside which bind_to is none, hwthread, core or left out";
    static constexpr bool broken(facts const& f) { 
        return f.backend.has_unknown_placement || !goes_together(f.backend.bind_to, f.backend.map_by);
    }
};

}  // namespace estima::inline v0_1
