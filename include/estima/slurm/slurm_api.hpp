// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <estima/slurm/slurm_words.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// How one version of Slurm's REST API wants a job to be described. What it answers is read by one reader for all.
struct slurm_dialect {
    int number;                ///< 38 for v0.0.38
    bool script_in_job;        ///< else it stands beside the job
    bool environment_is_list;  ///< ["A=B"], else {"A": "B"}
    bool nodes_are_two;        ///< minimum_nodes and maximum_nodes, else nodes
    bool numbers_are_objects;  ///< {"set": true, "number": 5} for times and memory, else 5
    char const* gres;          ///< what is written before each part of tres_per_node; null: gres as sbatch takes it
    char const* exclusive;     ///< JSON of what makes a job have its nodes alone

    std::string name() const { return "v0.0." + std::to_string(number); }
};

// 37 and 38: Slurm 22.05 itself, tried. It says that exclusive is "true" and takes "exclusive". 39 and later: as the
// descriptions of Slurm 23.02 to 24.11 and its release notes of the API have it.
inline constexpr slurm_dialect slurm_dialects[] = {
    {37, false, false, false, false, nullptr, R"({"exclusive": "exclusive"})"},
    {38, false, false, false, false, nullptr, R"({"exclusive": "exclusive"})"},
    {39, false, true, true, false, "gres:", R"({"exclusive": ["true"]})"},
    {40, true, true, true, true, "gres/", R"({"shared": ["none"]})"},
    {41, true, true, true, true, "gres/", R"({"shared": ["none"]})"},
    {42, true, true, true, true, "gres/", R"({"shared": ["none"]})"},
};

/// The one of that name ("v0.0.38"); null if it is not known.
inline slurm_dialect const* slurm_dialect_of(std::string_view name) {
    for (slurm_dialect const& one : slurm_dialects)
        if (one.name() == name) return &one;
    return nullptr;
}

/// The versions that a server's description of itself has paths for, as text.
inline std::string slurm_versions_in(json const& description) {
    std::string all;
    if (!description.is_object() || !description.contains("paths") || !description["paths"].is_object()) return all;
    constexpr std::string_view before = "/slurm/v";
    for (auto const& [path, methods] : description["paths"].items()) {
        if (!path.starts_with(before)) continue;
        std::string const name = path.substr(before.size() - 1, path.find('/', before.size()) - before.size() + 1);
        if ((" " + all + " ").find(" " + name + " ") == std::string::npos) all += (all.empty() ? "" : " ") + name;
    }
    return all;
}

/// The newest that both know; null if there is none.
inline slurm_dialect const* newest_dialect_in(std::string_view versions) {
    slurm_dialect const* newest = nullptr;
    for (std::string_view const name : detail::split(versions, ' '))
        if (slurm_dialect const* const one = slurm_dialect_of(name))
            if (newest == nullptr || one->number > newest->number) newest = one;
    return newest;
}

}  // namespace estima::inline v0_1
