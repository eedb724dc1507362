// SPDX-License-Identifier: BSL-1.0
// expect-error: lists_backends_that_there_are
#include <estima/laws/laws.hpp>

struct mine {
    using slot = estima::framework_slot;
#ifdef POSITIVE_CONTROL
    static constexpr std::string_view backends[]{"single_process", "mpi"};
#else
    static constexpr std::string_view backends[]{"single_process", "open_mpi"};
#endif
    static constexpr void tell(estima::facts& f) {
        f.framework.name = "mine";
        f.framework.backends = backends;
    }
};
static_assert(estima::laws::framework<mine>);
