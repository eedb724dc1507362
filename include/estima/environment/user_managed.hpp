// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Part of an environment: the interpreter and its packages are the user's own; estima installs nothing.
struct user_managed {
    using taken_by = environment_slot;
    static constexpr void tell(facts& f) { f.environment.is_user_managed = true; }
};

/// Part of an environment: which Python runs the script, a path or a name that is looked up in PATH. Without it
/// "python3". The run-time field of the same name says it later.
template <fixed_string Path = "">
struct interpreter_path {
    using taken_by = environment_slot;
    static constexpr void tell(facts& f) {
        f.environment.interpreter_is_contradicted |=
            !f.environment.interpreter_path.empty() && f.environment.interpreter_path != Path.view();
        f.environment.interpreter_path = Path.view();
        f.description.has_an_empty_value |= Path.empty();
        f.seen.interpreter_is_given = known::yes;
    }
};

}  // namespace estima::inline v0_1
