// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>

namespace team {

template <estima::fixed_string Name>
struct queue {
    static constexpr void tell(estima::facts& f) { f.target.name = Name.view(); }
};

template <class... Attributes>
struct lsf {
    using slot = estima::compute_target_slot;
    using added_rules = estima::rules_added_by<Attributes...>;
    static constexpr void tell(estima::facts& f) {
        f.target.kind = "lsf";
        f.target.name = "normal";
        f.target.max_nodes = 64;
        f.target.slots_per_node = 32;
        f.target.gpus_per_node = 4;
        (Attributes::tell(f), ...);
    }
};

}  // namespace team
