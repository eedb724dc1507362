// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/hosts/node_network.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/host_facts.hpp>
#include <estima/launcher/host_list.hpp>
#include <estima/launcher/launch_plan.hpp>
#include <estima/launcher/plan_text.hpp>
#include <estima/system/command_output.hpp>
#include <estima/system/files.hpp>
#include <estima/system/host.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// The IPv4 address of a host's name; nothing if it has none. The host's own name services are asked by `getent`, since
/// this program may be linked statically.
inline std::optional<std::uint32_t> address_of(std::string const& host) {
    std::string const said = run_command("exec getent ahostsv4 " + shell_quoted(host), 10).text;
    return ipv4_from(said.substr(0, said.find_first_of(" \t\n")));
}

/// Whether a host's network answers within a second, if only to refuse.
inline bool is_reached(std::uint32_t address, std::uint16_t port) {
    file_descriptor const fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address);
    if (::connect(fd.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0) return true;
    if (errno != EINPROGRESS) return errno == ECONNREFUSED;
    pollfd answer{fd.get(), POLLOUT, 0};
    int code = 0;
    socklen_t size = sizeof code;
    if (::poll(&answer, 1, 1000) != 1 || ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &code, &size) != 0) return false;
    return code == 0 || code == ECONNREFUSED;
}
}  // namespace detail

/// The Slurm job whose script this supervisor is: the hosts that it was given.
struct slurm_allocation {
    std::string job_id{};
    int restarts = 0;                  ///< how often Slurm put the job back into the queue
    std::vector<std::string> hosts{};  ///< the first is this one
    std::string network{};             ///< subnet or interface that the target's settings name
    std::string launcher{};              ///< path of estima-launch on the hosts, as these say it; empty: as on this one
    std::vector<std::string> imports{};  ///< modules that these ask for

    /// Of a run for a slurm target, in a job of it; a run for another target that is submitted inside of a job has
    /// none.
    static std::optional<slurm_allocation> of(run_directory const& run) {
        std::string const id = detail::from_environment("SLURM_JOB_ID");
        std::filesystem::path const file = run.path / "target.json";
        if (id.empty() || ::access(file.c_str(), F_OK) != 0) return std::nullopt;
        json const settings = json::parse(read_regular_file(file), nullptr, false);
        if (!settings.is_object() || settings.value("kind", "") != "slurm") return std::nullopt;
        slurm_allocation a{.job_id = id,
                           .network = settings.value("network", ""),
                           .launcher = settings.value("launcher", ""),
                           .imports = settings.value("imports", std::vector<std::string>{})};
        a.restarts = std::atoi(detail::from_environment("SLURM_RESTART_COUNT").c_str());
        a.hosts = expand_host_list(detail::from_environment("SLURM_JOB_NODELIST")).value_or(std::vector{host_name()});
        return a;
    }
    bool is_spread() const { return hosts.size() > 1; }

    /// What a launch plan has to know: how MPI reaches the other hosts, and where the processes meet.
    void describe(launch_settings& s, run_configuration const& c) const {
        s.is_batch_job = is_spread();
        if (!launcher.empty()) s.launcher = launcher;
        s.network = network_of_hosts();
        int const per_node = c.process_count_per_node(), count = rendezvous_count(c);
        std::vector<int> const ports = free_ports(count);
        for (int i = 0; i < count; ++i)
            s.rendezvous.push_back(address_text(static_cast<std::size_t>(i / per_node)) + ":" +
                                   std::to_string(ports[static_cast<std::size_t>(i)]));
    }

    /// That MPI uses; empty if it is not known.
    std::string network_of_hosts() const { return network.empty() ? common_network() : network; }

    /// The first host that does not answer any more; empty: all do. Takes a second where one does not.
    std::string lost_host() const {
        for (std::string const& host : hosts) {
            auto const address = detail::address_of(host);
            if (address && !detail::is_reached(*address, 6818)) return host;  // slurmd's port, as a rule
        }
        return "";
    }

private:
    /// In the network that is wanted, where the host's name tells one; else as the name tells.
    std::string address_text(std::size_t node) const {
        std::string const& host = hosts.at(std::min(node, hosts.size() - 1));
        if (hosts.size() == 1) return "127.0.0.1";
        if (host == hosts.front() && !network.empty())
            if (auto const own = interface_for(network)) return ipv4_text(own->address);
        auto const address = detail::address_of(host);
        return address ? ipv4_text(*address) : host;
    }
    /// The subnet of this host that the next one is on, too; empty if that cannot be told.
    std::string common_network() const {
        if (hosts.size() < 2) return "";
        auto const other = detail::address_of(hosts[1]), last = detail::address_of(hosts.back());
        if (!other || !last) return "";
        for (network_interface const& i : network_interfaces())
            if (i.network().contains(*other) && i.network().contains(*last)) return to_string(i.network());
        return "";
    }
};

/// Records that a job was put back into the queue for the `restarts`th time, if nobody has yet: the attempt before it
/// is over. False if nothing was written.
inline bool append_slurm_attempt(journal& log, int restarts, std::string const& cause, run_error const& why) {
    if (log.record().requeues >= restarts) return false;
    return log.append_if([&](run_record const& r) { return r.requeues < restarts && r.may_be_tried_again(); },
                         {{"event", "attempt"},
                          {"number", log.record().attempt() + 1},
                          {"requeues", restarts},
                          {"cause", cause},
                          {"error", to_json(why)}});
}
/// The same where nobody tells why.
inline bool append_slurm_attempt(journal& log, int restarts) {
    std::string const& signal = log.record().interrupted_by;
    if (signal.empty())
        return append_slurm_attempt(
            log, restarts, "node_failure",
            {"EST-762",
             "the job ended without a word, as when its first host fails, and Slurm put it back into the queue"});
    return append_slurm_attempt(
        log, restarts, "preemption",
        {"EST-763", "the job was told to end (" + signal +
                        "), as when another one takes its place, and Slurm put it back into the queue"});
}

}  // namespace estima::inline v0_1
