// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>

#include <memory>

namespace estima::inline v0_1 {

struct close_directory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using directory_stream = std::unique_ptr<DIR, close_directory>;

}  // namespace estima::inline v0_1
