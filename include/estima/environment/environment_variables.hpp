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
    static_assert(name_alone_is_a_variable<Name>, "a variable has a name and a value: variable<\"OMP_NUM_THREADS\", \"4\">");
    return "";
}
}  // namespace detail

/// One variable: `variable<"OMP_NUM_THREADS", "4">`.
template <fixed_string Name, fixed_string Value = detail::value_left_out<Name>()>
struct variable {
    static constexpr named_value value{Name.view(), Value.view()};
};

/// Part of an environment: variables that are the same in every run. The run-time field of the same name adds others.
template <class... Variables>
struct environment_variables {
    using taken_by = environment_slot;
    static constexpr named_value list[]{Variables::value..., named_value{}};
    static constexpr void tell(facts& f) {
        f.environment.parts_given_twice += !f.environment.variables.empty();
        f.environment.variables = {list, sizeof...(Variables)};
    }
};

}  // namespace estima::inline v0_1
