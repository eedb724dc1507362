// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <estima/launcher/host_facts.hpp>
#include <estima/system/host.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// What stands behind `name` and the sign in the first line of a file that begins so; empty if there is none.
inline std::string value_in(std::filesystem::path const& file, std::string_view name, char sign) {
    std::ifstream lines{file};
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(name)) continue;
        std::string_view value = std::string_view{line}.substr(std::min(line.size(), line.find(sign)));
        value.remove_prefix(std::min<std::size_t>(1, value.size()));
        while (!value.empty() && (value.front() == ' ' || value.front() == '\t' || value.front() == '"'))
            value.remove_prefix(1);
        while (!value.empty() && (value.back() == ' ' || value.back() == '"' || value.back() == '\r'))
            value.remove_suffix(1);
        if (!value.empty()) return std::string{value};
    }
    return {};
}

/// The models of NVIDIA's GPUs, as their driver tells them, in the order of their addresses.
inline std::vector<std::string> gpu_models(std::filesystem::path const& root) {
    std::error_code none;
    std::vector<std::filesystem::path> folders;
    for (auto const& entry : std::filesystem::directory_iterator{root / "proc/driver/nvidia/gpus", none})
        folders.push_back(entry);
    std::sort(folders.begin(), folders.end());
    std::vector<std::string> models;
    for (auto const& folder : folders)
        if (std::string model = value_in(folder / "information", "Model", ':'); !model.empty())
            models.push_back(std::move(model));
    return models;
}
}  // namespace detail

/// This host's hardware and system: the event `host` of a run's journal. Some files of /proc, and no process. `root` is
/// where they lie.
inline json host_description(std::filesystem::path const& root = "/") {
    utsname system{};
    ::uname(&system);
    std::string distribution = detail::value_in(root / "etc/os-release", "PRETTY_NAME=", '=');
    if (distribution.empty()) distribution = detail::value_in(root / "usr/lib/os-release", "PRETTY_NAME=", '=');
    auto const memory = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_PHYS_PAGES)));
    return {{"event", "host"},
            {"host", host_name()},
            {"system", std::string{system.sysname} + " " + system.release + " " + system.machine},
            {"distribution", distribution},
            {"processor", detail::value_in(root / "proc/cpuinfo", "model name", ':')},
            {"processors", static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)))},
            {"cores", core_count()},
            {"memory_bytes", memory * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))},
            {"gpus", detail::gpu_models(root)}};
}

}  // namespace estima::inline v0_1
