// SPDX-License-Identifier: BSL-1.0
// expect-error: est<4>.*several_nodes_or_processes_without_a_distribution_backend.*add_mpi_or_another
#include <estima/estimator.hpp>

// A backend of one's own that forgets to say that it distributes.
struct my_backend {
    using slot = estima::distribution_backend_slot;
    static constexpr std::string_view names[]{"mine"};
    static constexpr void tell(estima::facts& f) {
        f.backend.name = "mine";
        f.framework.backends = names;
#ifdef POSITIVE_CONTROL
        f.backend.distributes = true;
#endif
        f.process_count_per_node.also(2);
    }
};
using job = estima::estimator<my_backend>;
