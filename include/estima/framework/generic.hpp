// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Any Python script: nothing is assumed about what it trains with. Takes every distribution backend,
/// also one that a user adds.
struct generic {
    using slot = framework_slot;
    static constexpr std::string_view backends[]{"single_process",   "mpi",         "gloo", "nccl",
                                                 "parameter_server", "multi_worker"};
    static constexpr void tell(facts& f) {
        f.framework.name = "generic";
        f.framework.backends = backends;
        f.framework.takes_every_backend = true;
    }
};

}  // namespace estima::inline v0_1
