// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// One process; the default.
struct single_process {
    using slot = distribution_backend_slot;
    static constexpr void tell(facts& f) { f.backend.name = "single_process"; }
};

}  // namespace estima::inline v0_1
