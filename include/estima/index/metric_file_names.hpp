// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <set>
#include <string>
#include <string_view>

#include <estima/history/metric_files.hpp>

namespace estima::inline v0_1::detail {

/// Names of the metric files in an open folder. By the system's own call: the library's readdir asks three more for
/// each folder.
inline std::set<std::string> metric_file_names(int folder) {
    std::set<std::string> names;
    alignas(dirent64) char entries[8192];
    for (;;) {
        long const n = ::syscall(SYS_getdents64, folder, entries, sizeof entries);
        if (n <= 0) return names;
        for (long at = 0; at < n;) {
            auto const* const entry = reinterpret_cast<dirent64 const*>(entries + at);
            std::string_view const name{entry->d_name};
            if (is_metric_file(name)) names.emplace(name);
            at += entry->d_reclen;
        }
    }
}

}  // namespace estima::inline v0_1::detail
