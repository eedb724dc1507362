// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>

namespace team {

/// Libraries do not reach for the network. Variables: others, since an environment has one list of them.
template <class... Variables>
struct offline {
    static constexpr estima::named_value list[]{
        {"HF_HUB_OFFLINE", "1"}, {"TRANSFORMERS_OFFLINE", "1"}, {"WANDB_MODE", "offline"}, Variables::value...};
    static constexpr void tell(estima::facts& f) {
        f.environment.parts_given_twice += !f.environment.variables.empty();
        f.environment.variables = list;
    }
};

}  // namespace team
