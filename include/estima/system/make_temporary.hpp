// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>

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

/// A name that make_temporary() made, without its end: of what takes the place of another file that file's name. Any
/// other name as it is.
constexpr std::string_view without_temporary_end(std::string_view name) {
    std::size_t const end = name.size() < 7 ? std::string_view::npos : name.size() - 7;
    bool const is_temporary = end != std::string_view::npos && name[end] == '.' &&
                              name.find_first_not_of("0123456789abcdef", end + 1) == std::string_view::npos;
    return is_temporary ? name.substr(0, end) : name;
}

}  // namespace estima::inline v0_1
