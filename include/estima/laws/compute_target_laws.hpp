// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/laws/policy_laws.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
template <class T>
constexpr compute_target_facts target_of() {
    return told_to<T>(facts{}).target;
}
template <class T>
constexpr bool names_target() {
    facts f;
    f.target.kind = f.target.name = "?";
    T::tell(f);
    return is_word(f.target.kind) && f.target.name != "?" && !f.target.name.empty();
}
constexpr bool has_room(compute_target_facts const& t) {
    return t.max_nodes >= 1 && t.slots_per_node.value >= 1 && !t.slots_per_node.is_contradicted &&
           t.gpus_per_node.value >= 0 && !t.gpus_per_node.is_contradicted;
}
constexpr bool has_machines_of_azure_only_there(compute_target_facts const& t) {
    bool const is_priority = t.vm_priority.empty() || t.vm_priority == "dedicated" || t.vm_priority == "lowpriority";
    return is_priority && (t.is_azure || (t.vm_size.empty() && t.vm_priority.empty()));
}
constexpr bool is_this_machine_if_local(compute_target_facts const& t) {
    return t.kind != "local" || (t.name == "local" && t.max_nodes == 1 && !t.has_containers && !t.is_azure);
}
}  // namespace laws_detail

namespace laws {

/// `target.kind` in the letters of "aml_compute", and `target.name`, which becomes the `target` of the run
/// configuration.
template <class T>
concept names_its_kind_and_itself = laws_detail::names_target<T>();

/// At least one node, with at least one place; GPUs are not fewer than none; nothing is said twice in two ways.
template <class T>
concept has_room_for_a_process = laws_detail::has_room(laws_detail::target_of<T>());

/// Sizes and priorities of virtual machines are lowered for Azure only.
template <class T>
concept has_virtual_machines_only_in_azure = laws_detail::has_machines_of_azure_only_there(laws_detail::target_of<T>());

/// Jobs for the kind "local" are started on this machine: one node, no containers.
template <class T>
concept is_this_machine_if_its_kind_is_local = laws_detail::is_this_machine_if_local(laws_detail::target_of<T>());

/// One process with no further policies makes an estimator.
template <class T>
concept takes_a_plain_job = estimable<T>;

/// All laws of a compute target.
template <class T>
concept compute_target = policy<T, compute_target_slot> && tells_the_same_when_asked_twice<T> &&
    names_its_kind_and_itself<T> && has_room_for_a_process<T> && has_virtual_machines_only_in_azure<T> &&
    is_this_machine_if_its_kind_is_local<T> && takes_a_plain_job<T>;

}  // namespace laws

}  // namespace estima::inline v0_1
