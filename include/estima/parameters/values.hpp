// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/estimator/value_text.hpp>
#include <estima/parameters/kinds.hpp>

namespace estima::inline v0_1::detail {

/// The name of an enumerator; empty if it has none.
template <class Enum>
std::string_view name_of_enumerator(Enum value) {
    if constexpr (enum_with_names<Enum>) {
        for (auto const& [listed, name] : enum_names<Enum>)
            if (listed == value) return name;
        return {};
    } else
        return to_string(value);
}

/// One value as it goes to the script. `member` is for the message.
template <class T>
script_value to_value(T const& value, std::string_view member) {
    if constexpr (std::is_enum_v<T>) {
        std::string_view const name = name_of_enumerator(value);
        if (name.empty())
            throw_or_abort(error{"EST-603",
                                 {.what = "the value of an enum has no name",
                                  .where = std::string{member} + " is " + number_text(static_cast<long long>(value)),
                                  .remedy = "give it one in estima::enum_names, or in the enum's to_string"}});
        return name;
    } else if constexpr (std::is_same_v<T, char>)
        return std::string(1, value);
    else if constexpr (std::is_same_v<T, long double>)
        return number_text(value);
    else if constexpr (std::is_arithmetic_v<T> || path_like<T>)
        return value;
    else if constexpr (std::is_pointer_v<T>)
        return value ? std::string_view{value} : std::string_view{};
    else if constexpr (text_like<T>)
        return static_cast<std::string_view>(value);
    else
        return value;
}

/// The values of a member: one, or any number for a list. None: it is left out.
using optional_values = std::optional<std::vector<script_value>>;

/// An empty optional and a null pointer are left out.
template <class Member>
optional_values values_of(Member const& member, std::string_view name) {
    if constexpr (without_optional<Member>::was_optional) {
        return member ? values_of(*member, name) : optional_values{};
    } else if constexpr (list_like<Member>) {
        std::vector<script_value> values;
        for (auto const& one : member) values.push_back(to_value<value_type<Member>>(one, name));
        return values;
    } else {
        if constexpr (std::is_pointer_v<Member>)
            if (member == nullptr) return {};
        return std::vector<script_value>(1, to_value<Member>(member, name));
    }
}

/// Whether argparse takes this text for a value, and not for the name of an option: it knows negative numbers
/// (-1, -0.5), but neither -1e-05 nor -inf.
inline bool reads_as_value(std::string_view text) {
    if (text.size() < 2 || text.front() != '-') return true;
    auto digits = [](std::string_view part) { return part.find_first_not_of("0123456789") == part.npos; };
    std::string_view const number = text.substr(1);
    std::size_t const point = number.find('.');
    if (point == number.npos) return digits(number);
    return digits(number.substr(0, point)) && point + 1 < number.size() && digits(number.substr(point + 1));
}

}  // namespace estima::inline v0_1::detail
