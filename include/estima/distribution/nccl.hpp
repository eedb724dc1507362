// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/node_count.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Processes that meet through torch.distributed's env:// variables, as with gloo, for NVIDIA's NCCL: one GPU each.
/// Attributes as for mpi.
template <class... Attributes>
struct nccl {
    using slot = distribution_backend_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.backend.name = "nccl";
        f.backend.communicator = "Nccl";
        f.backend.azure_framework = "PyTorch";
        f.backend.distributes = true;
        f.backend.needs_gpus = true;
        detail::takes<distribution_backend_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
