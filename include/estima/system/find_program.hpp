// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace estima::inline v0_1 {

/// A regular file that this user may execute.
inline bool is_executable_file(std::string const& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// Finds a program as execvp does: a name with a '/' is a path, any other is looked up in PATH. Empty if it is not
/// there.
inline std::string find_program(std::string_view name) {
    if (name.empty()) return {};
    if (name.find('/') != std::string_view::npos) return is_executable_file(std::string{name}) ? std::string{name} : "";
    char const* const path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
    for (;;) {
        std::size_t const end = rest.find(':');
        std::string candidate{rest.substr(0, end)};
        if (candidate.empty()) candidate = ".";
        candidate.append("/").append(name);
        if (is_executable_file(candidate)) return candidate;
        if (end == std::string_view::npos) return {};
        rest.remove_prefix(end + 1);
    }
}

}  // namespace estima::inline v0_1
