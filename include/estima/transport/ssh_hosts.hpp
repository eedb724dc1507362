// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <estima/hosts/ssh_target.hpp>
#include <estima/transport/local.hpp>
#include <estima/transport/targets.hpp>

namespace estima::inline v0_1 {

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

/// Machines that ssh reaches: the supervisor works here, and brings what they have.
class ssh_transport final : public supervisor_transport {
public:
    std::string_view kind() const noexcept override { return "ssh_hosts"; }

    /// EST-720 if nobody tells which hosts these are, or the job does not fit them; EST-721; EST-400, EST-401.
    json prepare(target_request& request) const override {
        auto const [settings, where] = settings_for(request, kind(), "EST-720", R"("hosts": ["node1", "node2"])");
        ssh_target target = ssh_target_from_json(settings, where);
        // The supervisor works in another folder than this program.
        for (std::string* const file : {&target.key, &target.known_hosts, &target.config})
            if (!file->empty() && !file->starts_with('~')) *file = absolute_path(*file).string();
        require_room(request.configuration, target);
        request.launcher = find_launcher(request.launcher);
        request.mpirun = find_mpirun(request.mpirun);
        return to_json(target);
    }

    /// Which of the hosts are taken is not known before they are asked: the first ones.
    std::string tell_plan(target_request const& request, json const& settings, run_directory const& run,
                          launch_settings& launch) const override {
        ssh_target const target = ssh_target_from_json(settings, "settings");
        run_configuration const& c = request.configuration;
        for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(c.node_count, 1)); ++i)
            launch.hosts.push_back(target.hosts.at(i).name);
        if (!target.launcher.empty()) launch.launcher = target.launcher;
        launch.ssh_configuration = "<ssh configuration>";
        launch.network = target.network.empty() ? "<subnet of the hosts>" : target.network;
        launch.node_run_directory = target.folder + "/runs/" + run.run_id();
        for (int i = 0; i < rendezvous_count(c); ++i)
            launch.rendezvous.push_back("<address of " +
                                        launch.hosts.at(static_cast<std::size_t>(i / c.process_count_per_node())) +
                                        ">:<a free port>");
        return "# on the hosts, which ssh reaches, with the run in " + launch.node_run_directory +
               " where they do not see it here:\n";
    }
};

inline transport_registration<ssh_transport> const ssh_transport_is_there{};

}  // namespace estima::inline v0_1
