// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/closed_part.hpp>
#include <estima/system/files.hpp>
#include <estima/system/shown.hpp>
#include <estima/workspace/verify_report.hpp>

namespace estima::inline v0_1::detail {

/// What the parts of verify() say of a workspace, gathered.
class verify_findings {
public:
    using kind = verify_finding::kind;

    /// The options are the caller's.
    verify_findings(std::filesystem::path root, verify_options const& how) : options{how}, root_{std::move(root)} {}

    verify_options const& options;
    verify_report report{};
    std::set<std::filesystem::path> closed{};  ///< what this user may not read, as far as it was told

    verify_finding& found(kind is, std::filesystem::path const& path, std::string what, std::string remedy = {}) {
        report.findings.push_back({.is = is,
                                   .path = shown(path.lexically_relative(root_).generic_string()),
                                   .what = std::move(what),
                                   .remedy = std::move(remedy)});
        return report.findings.back();
    }

    /// Whether this user may not read something, which is told once.
    bool is_closed(std::filesystem::path const& path) {
        auto const part = closed_part(path);
        if (part && closed.insert(*part).second)
            found(kind::closed, *part, "it could not be checked: " + why_closed(*part),
                  "let somebody verify it who may read it");
        return part.has_value();
    }
    std::vector<std::string> names(std::filesystem::path const& folder) {
        return is_closed(folder) ? std::vector<std::string>{} : names_in(folder);
    }

    /// So many bytes more were read.
    void saw(std::uint64_t bytes) {
        report.bytes += bytes;
        if (options.progress) options.progress(report.bytes);
    }
    /// All of a file, unless it is none.
    void saw_file(std::filesystem::path const& file) {
        struct stat status {};
        if (::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode))
            saw(static_cast<std::uint64_t>(status.st_size));
    }

    /// What a killed process left under a temporary name, once it is a day old.
    void leftover(std::filesystem::path const& path) {
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || status.st_mtime > std::time(nullptr) - leftover_age) return;
        verify_finding& f = found(kind::leftover, path, "a process that was killed left it", "remove it");
        f.is_mendable = true;
        std::error_code code;
        if (options.mend) f.is_mended = std::filesystem::remove_all(path, code) != static_cast<std::uintmax_t>(-1);
    }

    /// Names of what is being made or removed: ".<id>.<8 hexadecimal digits>", ".<what>.tmp", ".leaving_<id>".
    static bool is_unfinished(std::string_view name) {
        std::string_view const end = name.substr(std::min(name.size(), name.rfind('.') + 1));
        bool const is_drawn = end.size() == 8 && end.find_first_not_of("0123456789abcdef") == end.npos;
        return name.starts_with('.') && (name.starts_with(".leaving_") || end == "tmp" || is_drawn);
    }

    static std::string counted(auto count, char const* one, char const* many) {
        return std::to_string(count) + (count == 1 ? one : many);
    }
    static std::string told(error const& e) {
        return e.text().what + (e.text().why.empty() ? "" : ": " + e.text().why);
    }

private:
    static constexpr std::time_t leftover_age = 24 * 60 * 60;  // seconds: nobody is still writing it

    std::filesystem::path root_;
};

}  // namespace estima::inline v0_1::detail
