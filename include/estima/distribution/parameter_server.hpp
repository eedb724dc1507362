// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/policy/added_rules.hpp>
#include <estima/policy/attribute.hpp>
#include <estima/policy/count_also.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/node_count.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// How many workers, on all nodes together.
template <detail::number_argument Number = "left out">
struct worker_count {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.backend.worker_count, Number); }
};
/// How many parameter servers, on all nodes together.
template <detail::number_argument Number = "left out">
struct parameter_server_count {
    using taken_by = distribution_backend_slot;
    static constexpr void tell(facts& f) { detail::count_also(f, f.backend.parameter_server_count, Number); }
};

/// TensorFlow's workers and parameter servers, which meet through TF_CONFIG. Attributes: worker_count,
/// parameter_server_count (1 each, if left out, as in Azure ML), node_count.
template <class... Attributes>
struct parameter_server {
    using slot = distribution_backend_slot;
    using added_rules = rules_added_by<Attributes...>;
    static constexpr void tell(facts& f) {
        f.backend.name = "parameter_server";
        f.backend.communicator = "ParameterServer";
        f.backend.azure_framework = "TensorFlow";
        f.backend.distributes = true;
        f.backend.has_roles = true;
        detail::takes<distribution_backend_slot>::tell<Attributes...>(f);
    }
};

}  // namespace estima::inline v0_1
