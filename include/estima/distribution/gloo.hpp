// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/node_count.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Processes that meet through torch.distributed's env:// variables (MASTER_ADDR, MASTER_PORT, RANK, WORLD_SIZE,
/// LOCAL_RANK, ...), for the gloo library. Attributes as for mpi.
template <class... Attributes>
struct gloo {
    using slot = distribution_backend_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.backend.name = "gloo";
        f.backend.communicator = "Gloo";
        f.backend.azure_framework = "PyTorch";
        f.backend.distributes = true;
        detail::takes<distribution_backend_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
