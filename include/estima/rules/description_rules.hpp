// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <estima/policy/added_rules.hpp>
#include <estima/policy/slot.hpp>
#include <estima/rules/can_tell.hpp>
#include <estima/rules/rule.hpp>
#include <estima/rules/told_arguments.hpp>

namespace estima::inline v0_1 {

struct give_policies_and_put_attributes_and_parts_inside_of_them;
struct keep_one_policy_for_each_of_framework_compute_target_backend_and_environment;
struct give_it_in_one_place;
struct give_a_whole_number_such_as_2;
struct put_it_into_the_policy_that_takes_it;
struct give_it_a_value_or_leave_the_attribute_out;
struct give_it_id_remedy_sentence_advice_and_a_constexpr_bool_broken_of_facts;

namespace detail {
template <class Policy, class... All>
struct is_stranger : std::bool_constant<!policy<Policy> || !can_tell<Policy>> {};
template <class Policy, class Other>
concept of_one_slot = std::is_same_v<typename Policy::slot, typename Other::slot>;
template <class Policy, class... All>
struct shares_its_slot : std::bool_constant<((0 + ... + of_one_slot<Policy, All>) > 1)> {};
}  // namespace detail

struct an_argument_that_is_not_a_policy {
    using id = est<1>;
    using remedy = give_policies_and_put_attributes_and_parts_inside_of_them;
    static constexpr std::string_view sentence = "an argument of estimator<...> is not a policy";
    static constexpr std::string_view advice =
        "give policies; attributes and parts stand inside of one (mpi<node_count<2>>, "
        "environment<pip_packages<\"tqdm\">>); "
        "a policy of your own has a `slot` and a function `static constexpr void tell(facts&)`";
    static constexpr bool broken(facts const& f) { return f.description.has_a_stranger; }
    template <class... Policies>
    using details = detail::policies_that_are<detail::is_stranger, Policies...>;
};

struct an_argument_that_its_policy_does_not_take {
    using id = est<53>;
    using remedy = put_it_into_the_policy_that_takes_it;
    static constexpr std::string_view sentence = "an argument of a policy is none that it takes";
    static constexpr std::string_view advice =
        "put it where it belongs: counts in the backend, capacity in the compute target, packages and images in "
        "environment<...>";
    static constexpr bool broken(facts const& f) { return f.description.has_a_misplaced_argument; }
    template <class... Policies>
    using details = detail::arguments_at_fault<an_argument_that_its_policy_does_not_take, Policies...>;
};

struct an_empty_value {
    using id = est<54>;
    using remedy = give_it_a_value_or_leave_the_attribute_out;
    static constexpr std::string_view sentence = "a name, path or size in a policy is empty";
    static constexpr std::string_view advice = "give it a value, or leave the attribute out";
    static constexpr bool broken(facts const& f) { return f.description.has_an_empty_value; }
    template <class... Policies>
    using details = detail::arguments_at_fault<an_empty_value, Policies...>;
};

struct a_number_that_is_not_whole {
    using id = est<66>;
    using remedy = give_a_whole_number_such_as_2;
    static constexpr std::string_view sentence = "a count in a policy is no whole number";
    static constexpr std::string_view advice = "give a whole number without quotes: node_count<2>";
    static constexpr bool broken(facts const& f) { return f.description.has_a_broken_number; }
    template <class... Policies>
    using details = detail::arguments_at_fault<a_number_that_is_not_whole, Policies...>;
};

struct two_policies_for_one_slot {
    using id = est<12>;
    using remedy = keep_one_policy_for_each_of_framework_compute_target_backend_and_environment;
    static constexpr std::string_view sentence = "estimator<...> has two policies for one slot";
    static constexpr std::string_view advice =
        "keep one of each: framework, compute target, distribution backend, environment";
    static constexpr bool broken(facts const& f) { return f.description.fills_a_slot_twice; }
    template <class... Policies>
    using details = detail::policies_that_are<detail::shares_its_slot, Policies...>;
};

struct a_value_is_given_in_two_places_that_disagree {
    using id = est<6>;
    using remedy = give_it_in_one_place;
    static constexpr std::string_view sentence =
        "a count, interpreter_path or attribute of a policy is given in two places that disagree";
    static constexpr std::string_view advice = "give it once: in the policy, or as a field when the program runs";
    static constexpr bool broken(facts const& f) {
        return f.node_count.is_contradicted || f.process_count_per_node.is_contradicted ||
               f.backend.worker_count.is_contradicted ||
               (f.backend.has_servers() && f.backend.parameter_server_count.is_contradicted) ||
               f.target.slots_per_node.is_contradicted || f.target.gpus_per_node.is_contradicted ||
               f.target.attribute_is_contradicted || f.backend.placement_is_contradicted ||
               f.environment.interpreter_is_contradicted ||
               f.retries.at_most.is_contradicted || f.retries.causes_are_contradicted;
    }
    template <class... Policies>
    using details = detail::arguments_at_fault<a_value_is_given_in_two_places_that_disagree, Policies...>;
};

namespace detail {
template <class Added>
struct only_rules;
/// What is added, the rules and the rest of it.
template <class... Added>
struct only_rules<rule_list<Added...>> {
    template <bool Kept, class T>
    struct kept {
        using type = rule_list<>;
    };
    template <class T>
    struct kept<true, T> {
        using type = rule_list<T>;
    };
    using rules = typename joined_rules<rule_list<>, typename kept<rule<Added>, Added>::type...>::type;
    using rest = typename joined_rules<rule_list<>, typename kept<!rule<Added>, Added>::type...>::type;
};
template <>
struct only_rules<rule_list<>> {
    using rules = rule_list<>;
    using rest = rule_list<>;
};
template <class... Policies>
using added_by = only_rules<rules_added_by<Policies...>>;
}  // namespace detail

struct an_added_rule_that_is_no_rule {
    using id = est<49>;
    using remedy = give_it_id_remedy_sentence_advice_and_a_constexpr_bool_broken_of_facts;
    static constexpr std::string_view sentence = "a policy adds a rule that is none";
    static constexpr std::string_view advice =
        "added_rules is a rule_list of rules; a rule has id, remedy, sentence, advice and broken(facts const&)";
    static constexpr bool broken(facts const& f) { return f.description.adds_what_is_no_rule; }
    template <class... Policies>
    using details = typename detail::added_by<Policies...>::rest;
};

}  // namespace estima::inline v0_1
