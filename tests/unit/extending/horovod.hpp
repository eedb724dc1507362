// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/estimator.hpp>

#include <string_view>

namespace team {

template <class... Attributes>
struct horovod {
    using slot = estima::distribution_backend_slot;
    using added_rules = estima::rules_added_by<Attributes...>;
    static constexpr std::string_view frameworks[]{"pytorch", "tensorflow"};
    static constexpr void tell(estima::facts& f) {
        f.backend.name = "horovod";
        f.backend.frameworks = frameworks;  // which do not know it
        f.backend.communicator = "Mpi";     // how its processes are started
        f.backend.distributes = true;
        f.backend.needs_gpus = true;
        (Attributes::tell(f), ...);
    }
};

}  // namespace team
