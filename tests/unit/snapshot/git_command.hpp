// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace estima_test {

/// Runs `git -C directory arguments` in a shell, without the user's own settings; what it prints. Throws if it fails.
inline std::string git(std::filesystem::path const& directory, std::string const& arguments) {
    std::string const command =
        "unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 "
        "git -C '" +
        directory.string() + "' -c user.name=Test -c user.email=test@example.com " + arguments;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error{"popen failed"};
    std::string output;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
    if (::pclose(pipe) != 0) throw std::runtime_error{"failed: " + command};
    return output;
}

inline bool has_git() { return std::system("git --version >/dev/null 2>&1") == 0; }

}  // namespace estima_test
