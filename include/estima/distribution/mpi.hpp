// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/node_count.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// Processes that talk through MPI, started by mpirun. Attributes: node_count<N>, process_count_per_node<M>; a number
/// that is left out is given at run time.
template <class... Attributes>
struct mpi {
    using slot = distribution_backend_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.backend.name = "mpi";
        f.backend.communicator = "Mpi";
        f.backend.distributes = true;
        detail::takes<distribution_backend_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
