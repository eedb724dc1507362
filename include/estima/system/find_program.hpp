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

/// The PATH of this process, or what stands for one that is not set.
inline std::string program_path() {
    char const* const path = std::getenv("PATH");
    return path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
}

/// Finds a program as execvp does: a name with a '/' is a path, any other is looked up in `path`, whose relative
/// folders are in `directory`. Empty if it is not there.
inline std::string find_program(std::string_view name, std::string_view path, std::string const& directory = ".") {
    if (name.empty()) return {};
    if (name.find('/') != std::string_view::npos) return is_executable_file(std::string{name}) ? std::string{name} : "";
    for (;;) {
        std::size_t const end = path.find(':');
        std::string candidate{path.substr(0, end)};
        if (candidate.empty()) candidate = directory;
        else if (candidate.front() != '/') candidate.insert(0, directory + "/");
        candidate.append("/").append(name);
        if (is_executable_file(candidate)) return candidate;
        if (end == std::string_view::npos) return {};
        path.remove_prefix(end + 1);
    }
}

/// The same in the PATH of this process.
inline std::string find_program(std::string_view name) { return find_program(name, program_path()); }

}  // namespace estima::inline v0_1
