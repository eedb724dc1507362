// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/accessors.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/tuple.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <estima/parameters/kinds.hpp>
#include <estima/parameters/names.hpp>
#include <estima/parameters/values.hpp>

namespace estima::inline v0_1::detail {

template <class... Types>
struct type_list {};
template <class... A, class... B>
constexpr type_list<A..., B...> operator+(type_list<A...>, type_list<B...>) {
    return {};
}

/// All that the types say about a parameter of the script.
struct parameter_facts {
    std::string_view flag;     ///< "--optimizer.learning-rate"
    std::string_view negated;  ///< "--no-shuffle"; empty if there is no such flag
    std::string_view member;   ///< "optimizer.learning_rate"
    std::string_view help;
    shape is;
    bool is_repeated = false;  ///< the flag stands before each value
    bool is_optional = false;  ///< it, or a struct around it, may be left out
    std::span<std::string_view const> choices{};
};

template <class Enum>
inline constexpr std::array<std::string_view, 0> choices_of{};
template <class Enum>
requires std::is_enum_v<Enum> && enum_with_names<Enum>
inline constexpr auto choices_of<Enum> = [] {
    std::array<std::string_view, std::size(enum_names<Enum>)> names;
    std::size_t next = 0;
    for (named<Enum> const& one : enum_names<Enum>) names[next++] = one.name;
    return names;
}();

/// A parameter as a type. `Way`: the members from the struct to the value.
template <class... Way>
struct parameter {
    using last = typename decltype((std::type_identity<Way>{}, ...))::type;
    using type = typename last::type;
    static constexpr made_name made_flag = flag_name<Way...>();
    static constexpr made_name made_negated = negated_name(flag_name<Way...>().view());
    static constexpr made_name made_member = member_name<Way...>();
    static constexpr auto flag = exact<made_flag.size>(made_flag);
    static constexpr auto negated = exact<made_negated.size>(made_negated);
    static constexpr auto member = exact<made_member.size>(made_member);
    static constexpr shape is = shape_of<type>(last::options.booleans);
    static constexpr parameter_facts facts{flag.view(),
                                           is.kind == parameter_kind::on_off_flag ? negated.view() : std::string_view{},
                                           member.view(),
                                           last::options.help,
                                           is,
                                           is.is_list&& last::options.lists == list_as::repeated,
                                           (Way::is_optional || ...),
                                           choices_of<value_type<type>>};

    /// The values in a struct; none where it, or a struct around it, is left out.
    template <class Params>
    static optional_values read(Params const& params) {
        return read_on<Way...>(params);
    }

private:
    template <class Field, class... Rest, class Outer>
    static optional_values read_on(Outer const& outer) {
        auto const& value = outer.*Field::pointer;
        if constexpr (sizeof...(Rest) == 0)
            return values_of<typename Field::type>(value, facts.member);
        else if constexpr (!Field::is_optional)
            return read_on<Rest...>(value);
        else
            return value ? read_on<Rest...>(*value) : optional_values{};
    }
};

template <class Params, class... Way>
consteval auto parameters_in();

template <class Field, class... Way>
consteval auto parameters_of_field() {
    using held = typename without_optional<typename Field::type>::type;
    if constexpr (adapted_struct<held>)
        return parameters_in<held, Way..., Field>();
    else
        return type_list<parameter<Way..., Field>>{};
}

/// Hana gives for each member a pair of its name and a function object with the pointer as template argument.
template <class Accessor>
struct pointer_of;
template <template <class T, T> class Accessor, class T, T Pointer>
struct pointer_of<Accessor<T, Pointer>> {
    static constexpr T value = Pointer;
};

template <class Owner, class Pair>
struct adapted_field_of;
template <class Owner, class Name, class Accessor>
struct adapted_field_of<Owner, boost::hana::pair<Name, Accessor>> {
    using type = adapted_field<Owner, Name, pointer_of<Accessor>::value>;
};

template <class Params, class... Way, class... Pairs>
consteval auto parameters_of_fields(boost::hana::tuple<Pairs...> const*) {
    return (type_list<>{} + ... + parameters_of_field<typename adapted_field_of<Params, Pairs>::type, Way...>());
}

template <class Params, class... Way>
consteval auto parameters_in() {
    using accessors = decltype(boost::hana::accessors<Params>());
    return parameters_of_fields<Params, Way...>(static_cast<accessors const*>(nullptr));
}

/// All parameters of an adapted struct, in the order of its members, those of nested structs in their place.
template <class Params>
using all_parameters = decltype(parameters_in<Params>());

/// A parameter and its values in a struct. What is done with them is no template: it is compiled once.
struct parameter_values {
    parameter_facts const* about;
    optional_values values;
};

template <class... Parameters, class Params>
std::vector<parameter_values> read_all(type_list<Parameters...>, Params const& params) {
    std::vector<parameter_values> all;
    all.reserve(sizeof...(Parameters));
    (all.push_back({&Parameters::facts, Parameters::read(params)}), ...);
    return all;
}

/// The parameters without values.
template <class... Parameters>
std::vector<parameter_values> read_none(type_list<Parameters...>) {
    return {parameter_values{&Parameters::facts, {}}...};
}

}  // namespace estima::inline v0_1::detail
