// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

namespace detail {
template <class T>
constexpr std::string_view function_with_type() {
    return __PRETTY_FUNCTION__;
}
/// What stands before and behind the type, of any type.
inline constexpr std::size_t before_type = function_with_type<int>().find("int");
inline constexpr std::size_t behind_type = function_with_type<int>().size() - before_type - 3;
}  // namespace detail

/// A type's name as the compiler prints it, without estima's namespace: "node_count<2>".
template <class T>
std::string type_text() {
    std::string_view const whole = detail::function_with_type<T>();
    std::string text{whole.substr(detail::before_type, whole.size() - detail::before_type - detail::behind_type)};
    for (std::string_view const part : {"estima::v0_1::", "estima::"})
        for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
    return text;
}

}  // namespace estima::inline v0_1
