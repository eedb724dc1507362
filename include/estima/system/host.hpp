// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace estima::inline v0_1 {

/// The name of this machine; empty if the system does not tell.
inline std::string host_name() {
    char name[256]{};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// The name of the user this program runs as, or the number if there is no name.
inline std::string user_name() {
    passwd entry{};
    passwd* found = nullptr;
    char buffer[4096];
    if (::getpwuid_r(::geteuid(), &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(::geteuid());
}

}  // namespace estima::inline v0_1
