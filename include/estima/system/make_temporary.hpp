// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <string>

#include <estima/system/file_descriptor.hpp>
#include <estima/system/random_hex.hpp>

namespace estima::inline v0_1 {

/// Makes a file for what is to take the place of another one: `name` ends in XXXXXX, which becomes what no other file
/// has. Its mode is by umask, as that of any new file (mkostemp makes files that only their owner can read). No
/// descriptor and errno if it cannot.
inline file_descriptor make_temporary(std::string& name) {
    for (;;) {
        name.replace(name.size() - 6, 6, detail::random_hex(), 0, 6);
        file_descriptor fd{::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
        if (fd || errno != EEXIST) return fd;
    }
}

}  // namespace estima::inline v0_1
