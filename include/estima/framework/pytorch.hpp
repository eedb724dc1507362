// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <estima/base/fixed_string.hpp>
#include <estima/policy/facts.hpp>
#include <estima/policy/slot.hpp>

namespace estima::inline v0_1 {

/// PyTorch: one process, torch.distributed over gloo, or MPI (Horovod, mpi4py).
template <fixed_string Version = "">
struct pytorch {
    using slot = framework_slot;
    static constexpr std::string_view backends[]{"single_process", "mpi", "gloo"};
    static constexpr void tell(facts& f) {
        f.framework.name = "pytorch";
        f.framework.azure_name = "PyTorch";
        f.framework.version = Version.view();
        f.framework.backends = backends;
    }
};

}  // namespace estima::inline v0_1
