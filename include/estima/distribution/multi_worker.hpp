// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/distribution/parameter_server.hpp>
#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>

namespace estima::inline v0_1 {

/// TensorFlow's collectives among workers (MultiWorkerMirroredStrategy), which meet through TF_CONFIG. Attributes:
/// worker_count (one a node, if left out), node_count.
template <class... Attributes>
struct multi_worker {
    using slot = distribution_backend_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.backend.name = "multi_worker";
        f.backend.communicator = "MultiWorker";  // for Azure: ParameterServer, without servers
        f.backend.azure_framework = "TensorFlow";
        f.backend.distributes = true;
        f.backend.has_roles = true;
        f.backend.parameter_server_count = 0;
        detail::takes<distribution_backend_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
