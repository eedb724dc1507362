// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/hana/concept/struct.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <estima/estimator/script_param.hpp>
#include <estima/parameters/options.hpp>

namespace estima::inline v0_1 {

/// What a parameter's value looks like on the command line. `none`: it cannot be a parameter.
enum class parameter_kind : unsigned char { none, on_flag, on_off_flag, boolean, integer, real, text, path, choice };

constexpr std::string_view to_string(parameter_kind kind) {
    constexpr std::string_view names[]{"none", "on_flag", "on_off_flag", "boolean", "integer",
                                       "real", "text",    "path",        "choice"};
    return names[static_cast<std::size_t>(kind)];
}

namespace detail {
template <class T>
concept path_like = requires(T const& path) {
    { path.native() } -> std::convertible_to<std::string_view>;
    path.lexically_normal();
};

template <class T>
concept text_like = std::convertible_to<T const&, std::string_view> && !std::is_null_pointer_v<T>;

/// Adapted with BOOST_HANA_ADAPT_STRUCT or BOOST_HANA_DEFINE_STRUCT.
template <class T>
concept adapted_struct = std::is_class_v<T> && boost::hana::Struct<T>::value;

template <class T>
concept list_like = !path_like<T> && !text_like<T> && !adapted_struct<T> && requires(T const& list) {
    std::begin(list) == std::end(list);
};

template <class Enum>
concept enum_with_names = !std::same_as<std::remove_const_t<decltype(enum_names<Enum>)>, no_enum_names>;

template <class Enum>
concept enum_with_to_string = requires(Enum value) {
    { to_string(value) } -> std::convertible_to<std::string_view>;
};

template <class T>
struct without_optional {
    using type = T;
    static constexpr bool was_optional = false;
};
template <class T>
struct without_optional<std::optional<T>> {
    using type = T;
    static constexpr bool was_optional = true;
};

/// The kind of a single value; a bool's is `boolean` here, since only a whole member can be a flag.
template <class T>
consteval parameter_kind kind_of_value() {
    if constexpr (std::same_as<T, bool>)
        return parameter_kind::boolean;
    else if constexpr (std::is_enum_v<T>)
        return enum_with_names<T> || enum_with_to_string<T> ? parameter_kind::choice : parameter_kind::none;
    else if constexpr (std::same_as<T, char>)
        return parameter_kind::text;
    else if constexpr (foreign_character<T>)
        return parameter_kind::none;
    else if constexpr (std::integral<T>)
        return parameter_kind::integer;
    else if constexpr (std::floating_point<T>)
        return parameter_kind::real;
    else if constexpr (path_like<T>)
        return parameter_kind::path;
    else if constexpr (text_like<T>)
        return parameter_kind::text;
    else if constexpr (std::is_class_v<T> && !list_like<T> && std::convertible_to<T const&, script_value>)
        return parameter_kind::text;
    else
        return parameter_kind::none;
}

/// What a member's type says about its parameter.
struct shape {
    parameter_kind kind = parameter_kind::none;
    bool is_optional = false;
    bool is_list = false;
    std::size_t exactly = 0;  ///< how many values an array has; 0: any number
};

template <class T>
struct element {
    using type = T;
};
template <list_like T>
struct element<T> {
    using type = std::remove_cvref_t<decltype(*std::begin(std::declval<T const&>()))>;
};

template <class T>
consteval std::size_t array_size() {
    if constexpr (std::is_bounded_array_v<T>)
        return std::extent_v<T>;
    else if constexpr (requires { std::tuple_size<T>::value; })
        return std::tuple_size_v<T>;
    else
        return 0;
}

/// One value of a member: what an optional or a list holds, or the member itself.
template <class Member>
using value_type = typename element<typename without_optional<Member>::type>::type;

template <class Member>
consteval shape shape_of(bool_as booleans) {
    using held = typename without_optional<Member>::type;
    shape s{kind_of_value<value_type<Member>>(), without_optional<Member>::was_optional, list_like<held>,
            list_like<held> ? array_size<held>() : 0};
    if (s.kind == parameter_kind::boolean && !s.is_list && booleans == bool_as::on_flag)
        s.kind = parameter_kind::on_flag;
    if (s.kind == parameter_kind::boolean && !s.is_list && booleans == bool_as::on_off_flag)
        s.kind = parameter_kind::on_off_flag;
    return s;
}
}  // namespace detail

}  // namespace estima::inline v0_1
