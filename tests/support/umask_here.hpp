// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

namespace estima_test {

/// For one scope new files of this process are as open as that mask lets them be.
struct umask_here {
    explicit umask_here(mode_t mask) : before{::umask(mask)} {}
    umask_here(umask_here const&) = delete;
    umask_here& operator=(umask_here const&) = delete;
    ~umask_here() { ::umask(before); }
    mode_t before;
};

}  // namespace estima_test
