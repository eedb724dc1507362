// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// One variable: `variable<"OMP_NUM_THREADS", "4">`.
template <fixed_string Name, fixed_string Value>
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
