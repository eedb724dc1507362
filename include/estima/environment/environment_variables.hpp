// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

namespace detail {
template <fixed_string>
inline constexpr bool name_alone_is_a_variable = false;
/// Asked for where it is written, so that nothing else is said of it.
template <fixed_string Name>
consteval fixed_string<1> value_left_out() {
    static_assert(name_alone_is_a_variable<Name>,
                  "a variable has a name and a value: variable<\"OMP_NUM_THREADS\", \"4\">");
    return "";
}
}  // namespace detail

/// One variable: `variable<"OMP_NUM_THREADS", "4">`.
template <fixed_string Name, fixed_string Value = detail::value_left_out<Name>()>
struct variable {
    static constexpr named_value value{Name.view_or(std::string_view{"NUMBER"}), Value.view()};
};

namespace detail {
template <class T>
concept is_variable = requires { named_value{T::value}; };
template <class T>
inline constexpr named_value value_of_variable{};
template <is_variable T>
inline constexpr named_value value_of_variable<T> = T::value;
}  // namespace detail

/// Part of an environment: variables that are the same in every run. The run-time field of the same name adds others.
template <class... Variables>
struct environment_variables {
    using taken_by = environment_slot;
    static constexpr named_value list[]{detail::value_of_variable<Variables>..., named_value{}};
    static constexpr void tell(facts& f) {
        f.description.has_a_misplaced_argument |= !(detail::is_variable<Variables> && ...);
        f.environment.parts_given_twice += !f.environment.variables.empty();
        f.environment.variables = {list, sizeof...(Variables)};
    }
};

}  // namespace estima::inline v0_1
