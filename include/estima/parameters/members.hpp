// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/accessors.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/tuple.hpp>

#include <type_traits>
#include <utility>

#include <estima/parameters/kinds.hpp>
#include <estima/parameters/names.hpp>

namespace estima::inline v0_1::detail {

template <class... Types>
struct type_list {};
template <class... A, class... B>
constexpr type_list<A..., B...> operator+(type_list<A...>, type_list<B...>) {
    return {};
}

/// A parameter of the script, with all that the types say about it. `Way`: the members from the struct to the value.
template <class... Way>
struct parameter {
    using last = typename decltype((std::type_identity<Way>{}, ...))::type;
    using type = typename last::type;
    static constexpr parameter_options const& options = last::options;
    static constexpr shape is = shape_of<type>(options.booleans);
    static constexpr made_name flag = flag_name<Way...>();
    static constexpr made_name negated = negated_name(flag_name<Way...>().view());
    static constexpr made_name member = member_name<Way...>();
    static constexpr bool is_repeated = is.is_list && options.lists == list_as::repeated;
    /// Itself or a struct around it may be left out.
    static constexpr bool is_optional = (Way::is_optional || ...);

    /// Calls `see` with the value, unless a struct around it is an empty optional.
    template <class Params, class See>
    static void visit(Params const& params, See const& see) {
        go<Way...>(params, see);
    }

private:
    template <class Field, class... Rest, class Outer, class See>
    static void go(Outer const& outer, See const& see) {
        auto const& value = outer.*Field::pointer;
        if constexpr (sizeof...(Rest) == 0) see(value);
        else if constexpr (!Field::is_optional) go<Rest...>(value, see);
        else if (value) go<Rest...>(*value, see);
    }
};

template <class Params, class... Way>
consteval auto parameters_in();

template <class Field, class... Way>
consteval auto parameters_of_field() {
    using held = typename without_optional<typename Field::type>::type;
    if constexpr (adapted_struct<held>) return parameters_in<held, Way..., Field>();
    else return type_list<parameter<Way..., Field>>{};
}

/// Hana gives for each member a pair of its name and a function object with the pointer as template argument.
template <class Accessor>
struct pointer_of;
template <template <class T, T> class Accessor, class T, T Pointer>
struct pointer_of<Accessor<T, Pointer>> {
    static constexpr T value = Pointer;
};

template <class Owner, class Pair>
struct field_of;
template <class Owner, class Name, class Accessor>
struct field_of<Owner, boost::hana::pair<Name, Accessor>> {
    using type = field<Owner, Name, pointer_of<Accessor>::value>;
};

template <class Params, class... Way, class... Pairs>
consteval auto parameters_of_fields(boost::hana::tuple<Pairs...> const*) {
    return (type_list<>{} + ... + parameters_of_field<typename field_of<Params, Pairs>::type, Way...>());
}

template <class Params, class... Way>
consteval auto parameters_in() {
    using accessors = decltype(boost::hana::accessors<Params>());
    return parameters_of_fields<Params, Way...>(static_cast<accessors const*>(nullptr));
}

/// All parameters of an adapted struct, in the order of its members, those of nested structs in their place.
template <class Params>
using all_parameters = decltype(parameters_in<Params>());

/// Calls `see.template operator()<parameter>()` for each.
template <class... Parameters, class See>
void for_each_parameter(type_list<Parameters...>, See const& see) {
    (see.template operator()<Parameters>(), ...);
}

}  // namespace estima::inline v0_1::detail
