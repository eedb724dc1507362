// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <estima/parameters/kinds.hpp>

namespace estima::inline v0_1::detail {

/// Called where the compiler makes a name, which it cannot be: an error that says its name.
inline void the_name_of_a_parameter_is_longer_than_256_characters() {}

/// A name made by the compiler.
struct made_name {
    static constexpr std::size_t capacity = 256;
    char text[capacity]{};
    std::size_t size = 0;

    constexpr std::string_view view() const { return {text, size}; }
    constexpr void add(char c) {
        if (size == capacity) return the_name_of_a_parameter_is_longer_than_256_characters();
        text[size++] = c;
    }
    constexpr void add(std::string_view more) {
        for (char const c : more) add(c);
    }
};

/// A member as Hana knows it: the adapted struct, the name as a hana::string, the pointer to it.
template <class Owner, class Name, auto Pointer>
struct adapted_field {
    using owner = Owner;
    static constexpr auto pointer = Pointer;
    using type = std::remove_cvref_t<decltype(std::declval<Owner const&>().*Pointer)>;
    static constexpr bool is_optional = without_optional<type>::was_optional;
    static constexpr parameter_options const& options = parameter_options_of<Pointer>;
    static constexpr std::string_view name() { return Name::c_str(); }
};

/// Appends a member's part of the flag.
template <class Field>
constexpr void add_flag_part(made_name& flag) {
    parameter_options const& options = Field::options;
    if (options.flatten) return;
    if (!options.name.empty() && options.name.front() == '-') {
        flag.size = 0;
        flag.add(options.name);
        return;
    }
    flag.add(flag.size == 0 ? "--" : ".");
    if (!options.name.empty()) return flag.add(options.name);
    std::string_view name = Field::name();
    if (parameter_naming<typename Field::owner> == naming::verbatim) return flag.add(name);
    while (name.size() > 1 && name.back() == '_') name.remove_suffix(1);
    for (char const c : name) flag.add(c == '_' ? '-' : c);
}

/// "--optimizer.learning-rate" for the members on the way from a struct to a value.
template <class... Fields>
constexpr made_name flag_name() {
    made_name flag;
    (add_flag_part<Fields>(flag), ...);
    return flag;
}

/// "optimizer.learning_rate": how C++ calls it.
template <class... Fields>
constexpr made_name member_name() {
    made_name path;
    ((path.size == 0 ? void() : path.add('.'), path.add(Fields::name())), ...);
    return path;
}

/// A name in no more room than it needs: `exact<name.size>(name)`.
template <std::size_t Size>
struct exact_name {
    char text[Size + 1];
    constexpr std::string_view view() const { return {text, Size}; }
};
template <std::size_t Size>
constexpr exact_name<Size> exact(made_name const& made) {
    exact_name<Size> name{};
    for (std::size_t i = 0; i < Size; ++i) name.text[i] = made.text[i];
    return name;
}

/// "--no-shuffle" for "--shuffle", as argparse's BooleanOptionalAction makes it.
constexpr made_name negated_name(std::string_view flag) {
    made_name negated;
    negated.add("--no-");
    negated.add(flag.substr(flag.starts_with("--") ? 2 : 0));
    return negated;
}

}  // namespace estima::inline v0_1::detail
