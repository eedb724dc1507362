// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <grp.h>
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

/// The name of a user, left out: of the one this program runs as; or the number if there is no name.
inline std::string user_name(uid_t user = ::geteuid()) {
    passwd entry{};
    passwd* found = nullptr;
    char buffer[4096];
    if (::getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return found->pw_name;
    return std::to_string(user);
}

/// The name of a group, or the number if there is no name.
inline std::string group_name(gid_t which) {
    group entry{};
    group* found = nullptr;
    char buffer[16384];  // it has the names of all members
    if (::getgrgid_r(which, &entry, buffer, sizeof buffer, &found) == 0 && found != nullptr) return found->gr_name;
    return std::to_string(which);
}

}  // namespace estima::inline v0_1
