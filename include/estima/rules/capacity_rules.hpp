// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/rules/rule.hpp>

namespace estima::inline v0_1 {

struct choose_a_target_with_gpus_or_the_gloo_backend;
struct lower_process_count_per_node_or_raise_slots_per_node;
struct start_one_process_for_each_gpu;
struct lower_worker_count_or_add_nodes;
struct give_at_least_one_node_and_one_slot_and_no_negative_number_of_gpus;
struct lower_node_count_or_add_workers;
struct give_at_least_one_worker_and_one_parameter_server;
struct give_the_counts_that_the_backend_uses;
struct give_vm_size_too_or_drop_vm_priority;
struct give_target_name_of_a_cluster_or_vm_size_for_a_new_one;
struct give_target_name_or_vm_size;

namespace detail {
constexpr long long role_count(facts const& f) {
    return 0LL + f.backend.worker_count.value + f.backend.parameter_server_count.value;
}
constexpr bool has_too_few(count const& c, int needed) { return c.is_given && c.value < needed; }
}  // namespace detail

struct nccl_on_a_target_without_gpus {
    using id = est<18>;
    using remedy = choose_a_target_with_gpus_or_the_gloo_backend;
    static constexpr std::string_view sentence = "the backend needs GPUs, and the compute target has none";
    static constexpr std::string_view advice = "choose a target with gpus_per_node<N>, or the gloo backend";
    static constexpr bool broken(facts const& f) {
        return f.backend.needs_gpus && detail::has_too_few(f.target.gpus_per_node, 1);
    }
};

struct more_processes_on_a_node_than_it_has_slots {
    using id = est<19>;
    using remedy = lower_process_count_per_node_or_raise_slots_per_node;
    static constexpr std::string_view sentence =
        "process_count_per_node is above the slots of the compute target's nodes";
    static constexpr std::string_view advice = "lower process_count_per_node, or correct slots_per_node of the target";
    static constexpr bool broken(facts const& f) {
        return !f.backend.has_roles && detail::has_too_few(f.target.slots_per_node, f.process_count_per_node.value);
    }
};

struct a_capacity_that_no_target_has {
    using id = est<55>;
    using remedy = give_at_least_one_node_and_one_slot_and_no_negative_number_of_gpus;
    static constexpr std::string_view sentence = "max_nodes or slots_per_node is below 1, or gpus_per_node below 0";
    static constexpr std::string_view advice = "give what a node has; leave out what is not known";
    static constexpr bool broken(facts const& f) {
        compute_target_facts const& t = f.target;
        return t.max_nodes < 1 || (t.slots_per_node.is_given && t.slots_per_node.value < 1) ||
               (t.gpus_per_node.is_given && t.gpus_per_node.value < 0);
    }
};

struct more_processes_on_a_node_than_it_has_gpus {
    using id = est<27>;
    using remedy = start_one_process_for_each_gpu;
    static constexpr std::string_view sentence = "the backend needs a GPU for each process, and a node has fewer";
    static constexpr std::string_view advice = "set process_count_per_node to the number of GPUs of a node";
    static constexpr bool broken(facts const& f) {
        return f.backend.needs_gpus && f.target.gpus_per_node.is_given && f.target.gpus_per_node.value > 0 &&
               f.process_count_per_node.value > f.target.gpus_per_node.value;
    }
};

struct more_workers_and_servers_than_there_are_places {
    using id = est<28>;
    using remedy = lower_worker_count_or_add_nodes;
    static constexpr std::string_view sentence =
        "there are more workers and parameter servers than places for processes";
    static constexpr std::string_view advice = "lower worker_count, or raise node_count or slots_per_node";
    static constexpr bool broken(facts const& f) {
        return f.backend.has_roles && f.target.slots_per_node.is_given &&
               detail::role_count(f) > static_cast<long long>(f.node_count.value) * f.target.slots_per_node.value;
    }
};

struct more_nodes_than_workers_and_servers {
    using id = est<29>;
    using remedy = lower_node_count_or_add_workers;
    static constexpr std::string_view sentence =
        "there are more nodes than workers and parameter servers: some would idle";
    static constexpr std::string_view advice = "lower node_count, or raise worker_count";
    static constexpr bool broken(facts const& f) {
        bool const is_said = f.backend.worker_count.is_given || f.backend.has_servers();
        return f.backend.has_roles && is_said && f.node_count.value > detail::role_count(f);
    }
};

struct no_worker_or_no_parameter_server {
    using id = est<30>;
    using remedy = give_at_least_one_worker_and_one_parameter_server;
    static constexpr std::string_view sentence = "worker_count or parameter_server_count is below 1";
    static constexpr std::string_view advice = "give at least 1 of each, or leave it out";
    static constexpr bool broken(facts const& f) {
        return f.backend.has_roles && (f.backend.worker_count.is_below_one ||
                                       (f.backend.has_servers() && f.backend.parameter_server_count.is_below_one));
    }
};

struct a_count_that_the_backend_does_not_use {
    using id = est<46>;
    using remedy = give_the_counts_that_the_backend_uses;
    static constexpr std::string_view sentence = "a count is given that the distribution backend does not use";
    static constexpr std::string_view advice =
        "worker_count goes with parameter_server and multi_worker, parameter_server_count with parameter_server, "
        "process_count_per_node with the others";
    static constexpr bool broken(facts const& f) {
        if (!f.backend.has_roles) return f.backend.worker_count.is_given || f.backend.parameter_server_count.is_given;
        bool const counts_servers = !f.backend.has_servers() && f.backend.parameter_server_count.is_contradicted;
        return counts_servers || f.process_count_per_node.is_given;
    }
};

struct a_vm_priority_without_a_vm_size {
    using id = est<43>;
    using remedy = give_vm_size_too_or_drop_vm_priority;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence =
        "vm_priority is ignored without vm_size: a cluster that exists has its own";
    static constexpr std::string_view advice =
        "give vm_size as well, so that a cluster is made for the run, or drop vm_priority";
    static constexpr bool broken(facts const& f) { return !f.target.vm_priority.empty() && f.target.vm_size.empty(); }
};

struct no_cluster_is_named_and_none_can_be_made {
    using id = est<51>;
    using remedy = give_target_name_of_a_cluster_or_vm_size_for_a_new_one;
    static constexpr std::string_view sentence = "aml_compute names no cluster, and no vm_size to make one of";
    static constexpr std::string_view advice =
        "give target_name<\"...\"> of a cluster that is there, or vm_size<\"...\"> for a new one";
    static constexpr bool broken(facts const& f) {
        return f.target.is_azure && !f.target.is_named && f.target.vm_size.empty();
    }
};

struct a_cluster_is_named_and_one_is_to_be_made {
    using id = est<57>;
    using remedy = give_target_name_or_vm_size;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence =
        "aml_compute names a cluster and a vm_size: the cluster that is named is used, and its machines are what they "
        "are";
    static constexpr std::string_view advice =
        "drop vm_size to use the cluster, or target_name to have one made for the run";
    static constexpr bool broken(facts const& f) {
        return f.target.is_azure && f.target.is_named && !f.target.vm_size.empty();
    }
};

struct nccl_on_a_machine_that_shows_no_gpu {
    using id = est<58>;
    using remedy = choose_a_target_with_gpus_or_the_gloo_backend;
    static constexpr bool needs_the_running_program = true;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence = "the backend needs GPUs, and this machine shows none";
    static constexpr std::string_view advice =
        "choose the gloo backend, or a target with GPUs; where there are some, their driver brings /dev/nvidiactl or "
        "/dev/kfd";
    static constexpr bool broken(facts const& f) { return f.seen.this_machine_has_gpus == known::no; }
};

struct gpus_are_left_idle {
    using id = est<39>;
    using remedy = start_one_process_for_each_gpu;
    static constexpr rule_level level = rule_level::warning;
    static constexpr std::string_view sentence =
        "a node has more GPUs than processes: the others idle unless the script uses several";
    static constexpr std::string_view advice = "set process_count_per_node to the number of GPUs of a node";
    static constexpr bool broken(facts const& f) {
        return f.backend.distributes && !f.backend.has_roles && f.target.gpus_per_node.is_given &&
               f.process_count_per_node.value < f.target.gpus_per_node.value;
    }
};

}  // namespace estima::inline v0_1
