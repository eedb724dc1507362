// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/hosts/ssh_target.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/files.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// Whether jobs can be submitted to compute targets of this kind ("local", "aml_compute", ...).
constexpr bool has_transport(std::string_view target_kind) {
    return target_kind == "local" || target_kind == "ssh_hosts";
}

/// EST-112 for a target that can be described and lowered to, but not submitted to.
inline void require_transport(std::string_view target_kind) {
    if (has_transport(target_kind)) return;
    throw error{
        "EST-112",
        {.what = "this version of estima submits to this machine and to hosts that ssh reaches",
         .where = "the compute target is " + std::string{target_kind},
         .remedy = "take `local` to run it here; save_runconfig(lower(job), ...) writes a file for Azure's own tools"}};
}

/// The settings of all targets that a file knows, by name; where it is looked for: `option`, $ESTIMA_TARGETS,
/// <workspace>/targets.json. Nothing in it if there is no file. EST-721 if it is none; EST-301.
class targets_file {
public:
    targets_file(std::filesystem::path const& workspace, std::filesystem::path const& option) {
        char const* const set = std::getenv("ESTIMA_TARGETS");
        bool const is_named = !option.empty() || (set != nullptr && *set != '\0');
        path_ = !option.empty() ? option : is_named ? std::filesystem::path{set} : workspace / "targets.json";
        if (!is_named && ::access(path_.c_str(), F_OK) != 0) return;
        settings_ = json::parse(read_file(path_), nullptr, false, true);
        if (!settings_.is_object())
            throw error{"EST-721",
                        {.what = "the targets file cannot be read",
                         .where = path_.string(),
                         .why = "it is no JSON object",
                         .remedy = R"(write {"lab": {"kind": "ssh_hosts", "hosts": ["node1", "node2"]}})"}};
    }

    std::filesystem::path const& path() const { return path_; }
    /// The settings of that name and kind; null if there are none. EST-721 if they are of another kind.
    json const* find(std::string const& name, std::string_view kind) const {
        auto const found = settings_.find(name);
        if (found == settings_.end()) return nullptr;
        if (found->is_object() && found->value("kind", std::string{kind}) == kind) return &*found;
        throw error{"EST-721",
                    {.what = "the settings of a compute target cannot be used",
                     .where = path_.string() + ", " + name,
                     .why = "they are not of the kind " + std::string{kind},
                     .remedy = "name another target, or correct \"kind\""}};
    }
    std::string names() const {
        std::string all;
        for (auto const& [name, settings] : settings_.items()) all += (all.empty() ? "" : ", ") + name;
        return all.empty() ? "it has no targets" : "it has: " + all;
    }

private:
    std::filesystem::path path_;
    json settings_ = json::object();
};

/// EST-720 if a job does not fit the hosts of its target.
inline void require_room(run_configuration const& c, ssh_target const& target) {
    auto refuse = [&](std::string why, std::string remedy) {
        throw error{"EST-720",
                    {.what = "the job does not fit the hosts of " + c.target,
                     .why = std::move(why),
                     .remedy = std::move(remedy)}};
    };
    auto const nodes = static_cast<std::size_t>(std::max(c.node_count, 1));
    if (nodes > target.hosts.size())
        refuse("it wants " + std::to_string(nodes) + " nodes, and there are " + std::to_string(target.hosts.size()) +
                   " hosts",
               "lower node_count, or add hosts to the settings of the target");
    for (std::size_t i = 0; i < nodes; ++i)
        if (ssh_host const& host = target.hosts[i]; host.slots > 0 && host.slots < c.process_count_per_node())
            refuse("it starts " + std::to_string(c.process_count_per_node()) + " processes on each node, and " +
                       host.name + " has " + std::to_string(host.slots) + " slots",
                   "lower process_count_per_node, or give the host more slots");
}

}  // namespace estima::inline v0_1
