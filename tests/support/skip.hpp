// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>

namespace estima_test {

/// Tells CTest that this test cannot run here, and why; the caller returns after it:
/// `if (::geteuid() != 0) return estima_test::skip("mounts need root");`
/// Only for what a machine may lack, never for what the code cannot do yet.
inline void skip(char const* reason) {
    std::printf("SKIPPED: %s\n", reason);
    std::fflush(stdout);
}

}  // namespace estima_test
