// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// What the id of a run tells: "<experiment>_<seconds since 1970>_<8 hexadecimal digits>". Nothing and 0 of a name of
/// another form.
struct run_id_parts {
    std::string_view experiment{};  ///< for which it was made: it may belong to another one by now
    std::int64_t seconds = 0;       ///< when it was made
};

inline run_id_parts parts_of_run_id(std::string_view id) {
    std::size_t const end = id.rfind('_');
    std::size_t const begin = end == std::string_view::npos || end == 0 ? end : id.rfind('_', end - 1);
    if (begin == std::string_view::npos || begin >= end) return {};
    std::int64_t seconds = 0;
    std::from_chars(id.data() + begin + 1, id.data() + end, seconds);
    return {id.substr(0, begin), seconds};
}

namespace detail {
/// Whether experiments and models may be called so.
constexpr bool is_name(std::string_view name, std::size_t longest = 200) {
    return !name.empty() && name.size() <= longest && name.front() != '.' && name.front() != '-' &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                      c == '-' || c == '.';
           });
}

/// Whether a run could have this id: the experiment's name, seconds, hexadecimal digits.
constexpr bool is_run_id(std::string_view id) {
    if (!is_name(id, 200 + 40)) return false;
    for (std::string_view const digits : {"0123456789abcdef", "0123456789"}) {
        std::size_t const last = id.find_last_not_of(digits);
        if (last == std::string_view::npos || last == 0 || id[last] != '_' || last + 1 == id.size()) return false;
        id = id.substr(0, last);
    }
    return true;
}

/// What the id tells of a run whose journal does not: it has lost its begin, or all.
inline void complete_by_id(std::string_view id, std::string& experiment, double& created) {
    run_id_parts const told = parts_of_run_id(id);
    if (experiment.empty()) experiment = told.experiment;
    if (created == 0) created = static_cast<double>(told.seconds);
}

/// Where the runs of a workspace are that were deleted and can be restored.
inline std::filesystem::path deleted_runs_in(std::filesystem::path const& workspace) {
    return workspace / "deleted" / "runs";
}

/// Whether a folder of runs has that one: a folder with a run's id as its name. What else lies there (files, links,
/// folders of other names) is no run to anybody, and noted by verify().
inline bool has_run(std::filesystem::path const& runs, std::string const& id) {
    struct stat status {};
    return is_run_id(id) && ::lstat((runs / id).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// The ids of the runs in a folder of runs, in any order; none if there is no such folder. EST-301.
inline std::vector<std::string> run_ids_in(std::filesystem::path const& runs) {
    std::vector<std::string> ids;
    for_each_entry(runs, [&ids](std::filesystem::directory_entry const& entry) {
        std::error_code ignored;
        std::string name = entry.path().filename().string();
        // What the folder tells of its entries takes no system call for each.
        if (is_run_id(name) && !entry.is_symlink(ignored) && entry.is_directory(ignored))
            ids.push_back(std::move(name));
    });
    return ids;
}
}  // namespace detail

}  // namespace estima::inline v0_1
