// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <type_traits>

#include <estima/estimator.hpp>
#include <estima/laws/words.hpp>

namespace estima::inline v0_1 {

namespace laws_detail {
/// The facts after a policy has told its part to what others told before.
template <class Told>
constexpr facts told_to(facts f) {
    Told::tell(f);
    return f;
}

/// What others may have told: nothing, or something in every section.
inline constexpr facts surroundings[]{
    facts{},
    facts_of<
        pytorch<"1.4">, aml_compute<target_name<"pool">, max_nodes<4>, slots_per_node<8>, gpus_per_node<2>>,
        nccl<node_count<2>, process_count_per_node<2>>,
        environment<interpreter_path<"python3.8">, pip_packages<"numpy">, environment_variables<variable<"A", "1">>>>(),
    facts_of<native, local, parameter_server<worker_count<2>>, environment<user_managed>>(),
};

/// The facts without those that a policy of the slot tells, and those alone.
template <class Slot>
constexpr facts others_facts(facts f) {
    if constexpr (std::same_as<Slot, framework_slot>) f.framework = {};
    if constexpr (std::same_as<Slot, compute_target_slot>) f.target = {};
    if constexpr (std::same_as<Slot, distribution_backend_slot>) {
        f.backend = {};
        f.node_count = f.process_count_per_node = {};
    }
    if constexpr (std::same_as<Slot, environment_slot>) {
        f.environment = {};
        f.seen.interpreter_is_given = known::unknown;
    }
    return f;
}
template <class Slot>
constexpr facts own_facts(facts const& f) {
    facts own;
    if constexpr (std::same_as<Slot, framework_slot>) own.framework = f.framework;
    if constexpr (std::same_as<Slot, compute_target_slot>) own.target = f.target;
    if constexpr (std::same_as<Slot, distribution_backend_slot>) {
        own.backend = f.backend;
        own.node_count = f.node_count;
        own.process_count_per_node = f.process_count_per_node;
    }
    if constexpr (std::same_as<Slot, environment_slot>) {
        own.environment = f.environment;
        own.seen.interpreter_is_given = f.seen.interpreter_is_given;
    }
    return own;
}

template <class Told, class Slot>
constexpr bool leaves_the_others_alone() {
    for (facts const& before : surroundings)
        if (!(others_facts<Slot>(told_to<Told>(before)) == others_facts<Slot>(before))) return false;
    return true;
}
template <class Told, class Slot>
constexpr bool does_not_look_at_the_others() {
    facts const alone = told_to<Told>(facts{});
    for (facts const& before : surroundings)
        if (!(own_facts<Slot>(told_to<Told>(others_facts<Slot>(before))) == own_facts<Slot>(alone))) return false;
    return true;
}

// A rule and attributes that leave a mark where no policy of the library has one.
struct no_remedy;
struct probe_rule {
    using id = est<99>;
    using remedy = no_remedy;
    static constexpr std::string_view sentence = "never broken", advice = "nothing";
    static constexpr bool broken(facts const&) { return false; }
};
struct first_probe {
    static constexpr void tell(facts& f) { f.seen.entry_is_a_notebook = known::no; }
};
struct second_probe {
    using added_rules = rule_list<probe_rule>;
    static constexpr void tell(facts& f) { f.seen.names_are_given_once = known::yes; }
};
template <class Told>
constexpr bool hears_both_probes() {
    facts const f = told_to<Told>(facts{});
    return f.seen.entry_is_a_notebook == known::no && f.seen.names_are_given_once == known::yes;
}
}  // namespace laws_detail

/// Laws that the library relies on, for the tests of those who extend it:
/// `static_assert(laws::framework<my_framework>)`. Each law is a concept of its own, and a compiler names the one that
/// is broken. docs/extending.md tells more.
namespace laws {

/// `static constexpr void tell(facts&)`. One that is missing or spelt otherwise would be passed over.
template <class P>
concept has_a_constexpr_tell_function = detail::can_tell<P> && requires(facts& f) {
    { P::tell(f) } -> std::same_as<void>;
};

/// A framework tells nothing of the target, and so on: policies could not be combined otherwise.
template <class P, class Slot>
concept tells_its_own_section_only = laws_detail::leaves_the_others_alone<P, Slot>();

/// So that the order of policies does not matter.
template <class P, class Slot>
concept tells_the_same_beside_all_others = laws_detail::does_not_look_at_the_others<P, Slot>();

/// What is told again is the same, and no second word.
template <class P>
concept tells_the_same_when_asked_twice = laws_detail::told_to<P>(laws_detail::told_to<P>(facts{}))
== laws_detail::told_to<P>(facts{});

/// What all policies of a slot have in common.
template <class P, class Slot>
concept policy = policy_of<P, Slot> && has_a_constexpr_tell_function<P> && tells_its_own_section_only<P, Slot> &&
    tells_the_same_beside_all_others<P, Slot>;

/// A template of policies calls `tell` of each attribute (or part) and passes on the rules that they add. One for two
/// attributes or more.
template <template <class...> class Policy>
concept passes_on_what_attributes_say =
    laws_detail::hears_both_probes<Policy<laws_detail::first_probe, laws_detail::second_probe>>() &&
    std::same_as<rules_added_by<Policy<laws_detail::first_probe, laws_detail::second_probe>>,
                 rule_list<laws_detail::probe_rule>>;

}  // namespace laws

}  // namespace estima::inline v0_1
