// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include <estima/environment/custom_docker_image.hpp>
#include <estima/environment/environment.hpp>
#include <estima/rules/can_tell.hpp>

// Which arguments a broken rule is about, in a compiler's message. They are looked for only when it is broken: a policy
// is asked again, with one or two of its arguments.
namespace estima::inline v0_1 {

/// The arguments that a rule is about.
template <class... Arguments>
struct about {};

namespace detail {
template <class... Lists>
struct joined_about {
    using type = about<>;
};
template <class... Arguments>
struct joined_about<about<Arguments...>> {
    using type = about<Arguments...>;
};
template <class... First, class... Second, class... More>
struct joined_about<about<First...>, about<Second...>, More...> : joined_about<about<First..., Second...>, More...> {};

template <bool IsOne, class T>
using about_if = std::conditional_t<IsOne, about<T>, about<>>;

/// Whether what this tells alone breaks the rule.
template <class Rule, class T>
constexpr bool breaks_alone() {
    if constexpr (can_tell<T>) return Rule::broken(told_together<T>());
    else return false;
}

/// Of a policy, or an argument of one, that is at fault: what inside of it is, or it itself.
template <class Rule, class T>
struct at_fault {
    using type = about<T>;
};

template <class Rule, class T>
struct at_fault_by_itself {  // or where it stands
    using type = about<T>;
};
template <class Rule, class T>
    requires(breaks_alone<Rule, T>())
struct at_fault_by_itself<Rule, T> : at_fault<Rule, T> {};

/// `With::these<A...>` is the policy with the arguments A and no others.
template <class Rule, class Whole, class With, class... Arguments>
struct at_fault_in {
    template <class... Some>
    static constexpr bool with = breaks_alone<Rule, typename With::template these<Some...>>();
    template <class T, bool IsOne = with<T>>
    struct alone {
        using type = about<>;
    };
    template <class T>
    struct alone<T, true> : at_fault_by_itself<Rule, T> {};
    template <class T>
    static constexpr bool with_another = ((!std::is_same_v<T, Arguments> && with<T, Arguments>) || ...);

    static constexpr auto found() {
        using alone_ones = typename joined_about<about<>, typename alone<Arguments>::type...>::type;
        if constexpr (with<>) return about<Whole>{};
        else if constexpr (!std::is_same_v<alone_ones, about<>>) return alone_ones{};
        else {
            using pairs = typename joined_about<about<>, about_if<with_another<Arguments>, Arguments>...>::type;
            return std::conditional_t<std::is_same_v<pairs, about<>>, about<Whole>, pairs>{};
        }
    }
    using type = decltype(found());
};

template <template <class...> class Policy>
struct with_arguments {
    template <class... Some>
    using these = Policy<Some...>;
};
template <fixed_string Name>
struct definition_with_arguments {
    template <class... Some>
    using these = environment_definition<Name, Some...>;
};
template <fixed_string Reference>
struct image_with_arguments {
    template <class... Some>
    using these = custom_docker_image<Reference, Some...>;
};
template <class Rule, template <class...> class Policy, class... Arguments>
struct at_fault<Rule, Policy<Arguments...>>
    : at_fault_in<Rule, Policy<Arguments...>, with_arguments<Policy>, Arguments...> {};
template <class Rule, fixed_string Name, class... Parts>
struct at_fault<Rule, environment_definition<Name, Parts...>>
    : at_fault_in<Rule, environment_definition<Name, Parts...>, definition_with_arguments<Name>, Parts...> {};
template <class Rule, fixed_string Reference, class... Registry>
struct at_fault<Rule, custom_docker_image<Reference, Registry...>>
    : at_fault_in<Rule, custom_docker_image<Reference, Registry...>, image_with_arguments<Reference>, Registry...> {};

template <class Rule, class Policy>
struct at_fault_if_it_is {
    using type = about<>;
};
template <class Rule, class Policy>
    requires(breaks_alone<Rule, Policy>())
struct at_fault_if_it_is<Rule, Policy> : at_fault<Rule, Policy> {};

/// What of an estimator's policies is at fault.
template <class Rule, class... Policies>
using arguments_at_fault = typename joined_about<about<>, typename at_fault_if_it_is<Rule, Policies>::type...>::type;

/// Those of the policies that `Is<Policy, Policies...>::value` holds for.
template <template <class...> class Is, class... Policies>
using policies_that_are = typename joined_about<about<>, about_if<Is<Policies, Policies...>::value, Policies>...>::type;
}  // namespace detail

}  // namespace estima::inline v0_1
