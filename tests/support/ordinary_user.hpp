// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace estima_test {

/// Root may read everything: for one scope this process is somebody else, to whom the folder belongs.
struct ordinary_user {
    explicit ordinary_user(std::filesystem::path const& folder) {
        constexpr unsigned nobody = 65534;
        if (was_root && (::chown(folder.c_str(), nobody, nobody) != 0 || ::seteuid(nobody) != 0))
            throw std::runtime_error{"cannot become another user"};
    }
    ordinary_user(ordinary_user const&) = delete;
    ordinary_user& operator=(ordinary_user const&) = delete;
    ~ordinary_user() {
        if (was_root) (void)!::seteuid(0);
    }
    bool was_root = ::geteuid() == 0;
};

}  // namespace estima_test
