// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>
#include <type_traits>

#include <estima/parameters/faults.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <class Pointer>
struct owner_of;
template <class Type, class Owner>
struct owner_of<Type Owner::*> {
    using type = Owner;
};

template <auto Pointer>
struct constant {};

/// The field as a list of one if it is the member's, else an empty list.
template <auto Pointer, class Field>
consteval auto field_if_it_is() {
    if constexpr (std::is_same_v<constant<Pointer>, constant<Field::pointer>>)
        return type_list<Field>{};
    else
        return type_list<>{};
}

template <auto Pointer, class Owner, class... Pairs>
consteval auto find_field(boost::hana::tuple<Pairs...> const*) {
    return (type_list<>{} + ... + field_if_it_is<Pointer, typename adapted_field_of<Owner, Pairs>::type>());
}

/// The field of a member, as a list of one; empty if its struct is not adapted or was adapted without it.
template <auto Pointer>
consteval auto fields_of_pointer() {
    using owner = typename owner_of<decltype(Pointer)>::type;
    if constexpr (!adapted_struct<owner>)
        return type_list<>{};
    else
        return find_field<Pointer, owner>(static_cast<decltype(boost::hana::accessors<owner>()) const*>(nullptr));
}

/// To be instantiated: a compile error if there is no such field.
template <auto Member, class Fields>
struct assert_there_is {
    static_assert(!std::is_same_v<Fields, type_list<>>, "this member is not adapted with BOOST_HANA_ADAPT_STRUCT");
};

template <class Fields>
struct name_of_way;
template <class... Fields>
struct name_of_way<type_list<Fields...>> {
    static constexpr made_name flag = flag_name<Fields...>();
};
}  // namespace detail

/// The name that the script sees, known to the compiler: `parameter_name<&params::learning_rate>`, and
/// `parameter_name<&params::optimizer, &optimizer::learning_rate>` for a member of a nested struct.
template <auto... Way>
inline constexpr std::string_view parameter_name =
    (static_cast<void>(sizeof(detail::assert_there_is<Way, decltype(detail::fields_of_pointer<Way>())>)), ...,
     detail::name_of_way<decltype((detail::type_list<>{} + ... + detail::fields_of_pointer<Way>()))>::flag.view());

}  // namespace estima::inline v0_1
