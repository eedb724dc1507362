// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <estima/parameters/members.hpp>

namespace estima::inline v0_1 {

// What makes a struct unfit for script parameters, and the way out. These are names that compilers print.
struct adapt_it_with_BOOST_HANA_ADAPT_STRUCT;
struct use_a_number_text_path_bool_named_enum_adapted_struct_or_an_optional_or_list_of_them;
struct specialise_estima_enum_names_or_write_to_string_beside_the_enum;
struct set_booleans_to_text_or_on_off_flag_in_its_parameter_options;
struct give_it_a_name_that_starts_with_two_dashes;
struct rename_one_in_its_parameter_options;
struct give_it_another_name_than_help_and_one_without_blanks_and_equals_signs;

template <class Struct, class Remedy>
struct struct_is_not_adapted;
template <auto Member, class Type, class Remedy>
struct member_cannot_be_a_parameter;
template <auto Member, class Enum, class Remedy>
struct enumerators_have_no_names;
template <auto Member, class Remedy>
struct false_cannot_be_told_from_left_out;
template <auto Member, class Remedy>
struct there_is_no_negated_flag;
template <auto Member, auto Other, class Remedy>
struct two_members_have_one_name;
template <auto Member, class Remedy>
struct no_parser_takes_this_name;

template <class... Faults>
struct faults;

namespace detail {
/// argparse, and most others, keep --help and -h for themselves, and end a name at "=".
constexpr bool can_be_parsed(std::string_view flag) {
    return flag != "--help" && flag != "-h" && flag.find_first_of(" \t\n=") == std::string_view::npos;
}

template <class P>
consteval auto fault_of() {
    constexpr shape is = P::is;
    constexpr auto member = P::last::pointer;
    if constexpr (is.kind == parameter_kind::none && std::is_enum_v<value_type<typename P::type>>)
        return type_list<enumerators_have_no_names<member, value_type<typename P::type>,
                                                   specialise_estima_enum_names_or_write_to_string_beside_the_enum>>{};
    else if constexpr (is.kind == parameter_kind::none)
        return type_list<member_cannot_be_a_parameter<
            member, typename P::type,
            use_a_number_text_path_bool_named_enum_adapted_struct_or_an_optional_or_list_of_them>>{};
    else if constexpr (!can_be_parsed(P::facts.flag))
        return type_list<no_parser_takes_this_name<
            member, give_it_another_name_than_help_and_one_without_blanks_and_equals_signs>>{};
    else if constexpr (is.kind == parameter_kind::on_flag && is.is_optional)
        return type_list<
            false_cannot_be_told_from_left_out<member, set_booleans_to_text_or_on_off_flag_in_its_parameter_options>>{};
    else if constexpr (is.kind == parameter_kind::on_off_flag && !P::facts.flag.starts_with("--"))
        return type_list<there_is_no_negated_flag<member, give_it_a_name_that_starts_with_two_dashes>>{};
    else
        return type_list<>{};
}

/// Whether one name would reach the script from two members.
constexpr bool clash(parameter_facts const& a, parameter_facts const& b) {
    return a.flag == b.flag || a.negated == b.flag || b.negated == a.flag;
}

template <class A, class B>
consteval auto clash_of() {
    if constexpr (!clash(A::facts, B::facts))
        return type_list<>{};
    else
        return type_list<
            two_members_have_one_name<A::last::pointer, B::last::pointer, rename_one_in_its_parameter_options>>{};
}

consteval auto clashes(type_list<>) { return type_list<>{}; }
template <class First, class... Rest>
consteval auto clashes(type_list<First, Rest...>) {
    return (clashes(type_list<Rest...>{}) + ... + clash_of<First, Rest>());
}

template <class... P>
consteval auto faults_in(type_list<P...> all) {
    return (clashes(all) + ... + fault_of<P>());
}

template <class... Faults>
faults<Faults...> as_faults(type_list<Faults...>);

template <class Params>
struct faults_of {  // a class, not an alias of decltype: g++ 12 cannot print the latter inside a constraint
    using type = decltype(as_faults(faults_in(all_parameters<Params>{})));
};
template <class Params>
requires(!adapted_struct<Params>) struct faults_of<Params> {
    using type = faults<struct_is_not_adapted<Params, adapt_it_with_BOOST_HANA_ADAPT_STRUCT>>;
};

/// To be instantiated: a compile error if there are faults. An assertion in a class, since compilers print the
/// arguments of a class; as a constraint of the functions it takes g++ 12 18 lines to say the same.
template <class Faults>
struct assert_there_are_no {
    static_assert(std::is_same_v<Faults, faults<>>, "this struct cannot become script parameters");
};
}  // namespace detail

/// Everything that keeps a struct from being script parameters: `faults<>` if nothing.
template <class Params>
using parameter_faults = typename detail::faults_of<Params>::type;

/// True for structs that become script parameters: the question, where a call is the demand.
template <class Params>
concept script_parameters = std::same_as<parameter_faults<Params>, faults<>>;

namespace detail {
/// What the functions go on with, so that one mistake is one error.
template <class Params>
struct parameters_or_none {
    using type = type_list<>;
};
template <script_parameters Params>
struct parameters_or_none<Params> {
    using type = all_parameters<Params>;
};
template <class Params>
using parameters_to_read = typename parameters_or_none<Params>::type;
}  // namespace detail

}  // namespace estima::inline v0_1
