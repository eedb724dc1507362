// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/frame.hpp>
#include <estima/hosts/host_channel.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/hosts/node_path.hpp>
#include <estima/launcher/find_launcher.hpp>
#include <estima/launcher/mpirun_hosts.hpp>
#include <estima/launcher/run_errors.hpp>
#include <estima/system/event_loop.hpp>

namespace estima::inline v0_1 {

/// estima-agent on several hosts and beside the supervisor, which brings them a snapshot that they lack. It is started
/// with `start`; what it says comes through channel().
class snapshot_broadcast {
public:
    enum class state { idle, running, staged, broken };

    explicit snapshot_broadcast(hosts_task const& task)
        : task_{task}, channel_{"estima-agent", (task.run.system_logs() / "agent.txt").string()} {}

    state at() const { return at_; }
    host_channel& channel() { return channel_; }
    std::string const& why() const { return why_; }  ///< it is broken
    std::uint64_t sent() const { return sent_; }     ///< bytes that left this machine
    double broken_at() const { return broken_at_; }  ///< by monotonic_seconds()

    /// `agents`: its paths on the hosts that lack something. Says why it cannot be used; empty if it can.
    static std::string why_not(std::vector<std::string> const& agents) {
        if (agent_beside(own_program()).empty()) return "estima-agent is not installed here, beside estima-launch";
        for (std::string const& one : agents)
            if (one.empty() || one != agents.front())
                return "estima-agent is not installed on all hosts, beside estima-launch at one path";
        return "";
    }

    /// `here` is the name of this machine, among `hosts` if it is one of them. EST-401, EST-406, EST-410.
    void start(std::string const& here, std::vector<std::string> const& hosts, std::string const& agent,
               std::string const& ssh_configuration, std::string const& network) {
        std::string const host_file = (task_.run.path / "agent_hosts").string(), folder = task_.target.folder;
        // A rank each, in this order; mpirun refuses a host that is named twice.
        std::vector<std::string> others = hosts;
        bool const is_one_of_them = std::erase(others, here) > 0;
        replace_file(host_file, host_file_text({here}, is_one_of_them ? 2 : 1) + host_file_text(others, 1));
        std::vector<std::string> argv{"env", "PMIX_MCA_psec=^munge", "ESTIMA_RUN_ID=" + task_.run.run_id(),
                                      find_mpirun()};
        auto add = [&argv](std::vector<std::string> const& words) {
            argv.insert(argv.end(), words.begin(), words.end());
        };
        if (::geteuid() == 0) add({"--allow-run-as-root"});
        add({"--noprefix", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "--mca", "pml", "ob1", "--mca",
             "btl", "self,vader,tcp"});
        add(words_for_daemons(task_.run.run_id(), ssh_configuration, network));
        add_start_by_one_thread(argv, static_cast<int>(hosts.size()) + 1);
        add({"--hostfile", host_file, "-x", "ESTIMA_RUN_ID"});
        add({"-np", "1", agent_beside(own_program()), "stage", task_.snapshot_id, "--from",
             task_.run.snapshots().string()});
        add({":", "-np", std::to_string(hosts.size()), agent, "stage", task_.snapshot_id, "--into",
             folder + "/snapshots", "--node-in", folder + "/runs/" + task_.run.run_id() + "/" + node_name_file});
        channel_.open(std::move(argv));
        at_ = state::running;
    }

    /// What came. `failed` is called with a node's name, an id and a sentence.
    template <class Failed>
    void read(Failed const& failed) {
        try {
            channel_.read([&](frame const& f) {
                std::string const what = f.head.value("say", "");
                if (what == "failed")
                    failed(f.head.value("node", ""), f.head.value("id", "EST-429"), f.head.value("message", ""));
                else if (what == "broken")
                    broken(f.head.value("message", ""));
                else if (what == "staged")
                    at_ = state::staged, sent_ = whole_number(f.head, "sent", std::uint64_t{0});
            });
        } catch (error const& e) {
            broken(to_run_error(e).message);
        }
        if (!channel_.is_open() && at_ == state::running) broken("it ended early");
    }

    /// From time to time: one that does not get on is given up.
    void beat() {
        double const patience = std::max(30.0, 2 * task_.target.silence_seconds);
        if (at_ == state::running && monotonic_seconds() > channel_.heard() + patience)
            broken("it did not get on for " + std::to_string(static_cast<int>(patience)) + " s");
    }

private:
    void broken(std::string why) {
        if (at_ != state::running) return;
        at_ = state::broken;
        why_ = std::move(why);
        broken_at_ = monotonic_seconds();
        channel_.cut();
    }

    hosts_task const& task_;
    host_channel channel_;
    state at_ = state::idle;
    std::string why_{};
    std::uint64_t sent_ = 0;
    double broken_at_ = 0;
};

}  // namespace estima::inline v0_1
