// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// An executable: a C++ training program, or any script with a #! line. `entry_script` names it.
struct native {
    using slot = framework_slot;
    static constexpr std::string_view backends[]{"single_process", "mpi", "gloo", "nccl"};
    static constexpr void tell(facts& f) {
        f.framework.name = "native";
        f.framework.backends = backends;
        f.framework.is_executable = true;
    }
};

}  // namespace estima::inline v0_1
