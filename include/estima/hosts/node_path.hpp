// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <estima/system/host.hpp>

namespace estima::inline v0_1 {

/// A path as a setting says it for all hosts, on this one: "%h" is the host's name, "%u" the user's, "%%" a percent
/// sign, and "~/" at the start the home directory. So hosts that share a file system have folders of their own in it.
inline std::string node_path(std::string_view text) {
    std::string path;
    if (text.starts_with("~/")) {
        char const* const home = std::getenv("HOME");
        path = home != nullptr ? home : "";
        text.remove_prefix(1);
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const kind = text[i] == '%' && i + 1 < text.size() ? text[i + 1] : '\0';
        if (kind == 'h')
            path += host_name();
        else if (kind == 'u')
            path += user_name();
        else if (kind == '%')
            path += '%';
        else
            path += text[i];
        if (kind == 'h' || kind == 'u' || kind == '%') ++i;
    }
    return path;
}

/// In a run's folder on a host: the name that the settings of the target give the host.
inline constexpr char node_name_file[] = "node_name";

/// In a run's folder, which several hosts may share: the file that tells clock_offset() of this host.
inline std::filesystem::path clock_offset_file(std::filesystem::path const& run) {
    return run / ("clock_offset_" + host_name());
}

/// Removes those of all hosts, and the marks of their attendants, which have ended or are cut off.
inline void remove_attendants_files(std::filesystem::path const& run) {
    std::error_code code;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry{run, code}, end; !code && entry != end; entry.increment(code))
        if (std::string const name = entry->path().filename().string();
            name.starts_with("clock_offset_") || name.starts_with("attendant_"))
            files.push_back(entry->path());
    for (auto const& file : files) std::filesystem::remove(file, code);
}

/// The path of estima-agent where the launcher is; empty if it is not installed.
inline std::string agent_beside(std::string const& launcher) {
    std::string const path = launcher.substr(0, launcher.rfind('/') + 1) + "estima-agent";
    return ::access(path.c_str(), X_OK) == 0 ? path : "";
}

}  // namespace estima::inline v0_1
