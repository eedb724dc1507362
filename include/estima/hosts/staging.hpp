// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/journal.hpp>
#include <estima/hosts/hosts_task.hpp>
#include <estima/hosts/node_group.hpp>
#include <estima/hosts/snapshot_broadcast.hpp>

namespace estima::inline v0_1 {

/// Brings the snapshot to the hosts that lack something of it: from here to each of them, or through estima-agent to
/// all of them at once where that spares this machine's link enough to be worth its start.
class staging {
public:
    staging(hosts_task const& task, way_to_hosts const& way, journal& log, remote_group const& all,
            node_census const& census)
        : task_{task}, way_{way}, log_{log}, nodes_{all}, census_{census}, broadcast_{task} {}

    host_channel& channel() { return broadcast_.channel(); }

    /// To be called when something was said by a host; all hosts are checked. EST-301.
    void advance(std::string const& network) {
        if (begun_ == 0) begun_ = monotonic_seconds();
        if (census_.of(remote_node::state::comparing) > 0) return;
        if (census_.of(remote_node::state::compared) > 0) {
            std::vector<remote_node*> waiting;
            for (auto const& n : nodes_)
                if (n->at() == remote_node::state::compared) waiting.push_back(n.get());
            return send(waiting, network);
        }
        bool const is_over = census_.least() > remote_node::state::staging;
        if (broadcast_.at() == snapshot_broadcast::state::broken && !is_over) fall_back();
        if (is_over && !is_told_) tell();
    }

    /// What estima-agent said.
    void read() {
        bool const was_running = broadcast_.at() == snapshot_broadcast::state::running;
        broadcast_.read([this](std::string const& node, std::string const& id, std::string const& why) {
            for (auto const& n : nodes_)
                if (n->host() == node) n->lose(id, why);
        });
        if (!was_running || broadcast_.at() != snapshot_broadcast::state::staged) return;
        sent_ += broadcast_.sent();
        for (auto const& n : nodes_)
            if (n->at() == remote_node::state::staging) n->staged_elsewhere();
    }
    void beat() { broadcast_.beat(); }

private:
    void send(std::vector<remote_node*> const& to, std::string const& network) {
        std::uint64_t all = 0;
        std::map<std::string, std::uint64_t> each;
        std::vector<std::string> hosts, agents;
        std::string here = "localhost";
        for (remote_node const* n : to) {
            if (n->facts().value("with_supervisor", false)) here = n->host();
            hosts.push_back(n->host());
            agents.push_back(n->facts().value("agent", ""));
            for (lacking_object const& o : n->lacking()) all += each[o.digest] = o.size;
        }
        std::uint64_t at_once = 0;
        for (auto const& [digest, size] : each) at_once += size;
        auto const worth = static_cast<std::uint64_t>(task_.target.broadcast_megabytes) * 1'000'000;
        bool is_worth_it = to.size() > 1 && all - at_once >= std::max<std::uint64_t>(worth, 1) && !has_fallen_back_;
        if (std::string const why_not = is_worth_it ? snapshot_broadcast::why_not(agents) : ""; !why_not.empty()) {
            warn("each host gets the snapshot from here: " + why_not + " (see docs/agent.md)");
            is_worth_it = false;
        }
        if (is_worth_it) {
            broadcast_.start(here, hosts, agents.front(), way_.configuration(), network);
            through_ = "estima-agent";
        } else {
            sent_ += all;
        }
        for (remote_node* n : to) is_worth_it ? n->await_objects() : n->send_objects();
    }

    /// A host that was lost is told by itself, soon. If all have said something since, the fault is not a host's.
    void fall_back() {
        auto const is_waiting = [](remote_node const& n) { return n.at() == remote_node::state::staging; };
        for (auto const& n : nodes_)
            if (is_waiting(*n) && n->channel().heard() <= broadcast_.broken_at()) return;
        if (has_fallen_back_) return;
        has_fallen_back_ = true;
        through_ = "ssh";
        warn("[EST-781] estima-agent could not bring the snapshot: " + broadcast_.why() +
             "; each host gets it from here instead (system_logs/agent.txt has what it said)");
        for (auto const& n : nodes_)
            if (is_waiting(*n)) n->compare();
    }

    void tell() {
        is_told_ = true;
        log_.append({{"event", "staged"},
                     {"bytes", sent_},
                     {"through", sent_ > 0 ? through_ : ""},
                     {"seconds", std::round((monotonic_seconds() - begun_) * 1000) / 1000}});
    }
    void warn(std::string const& text) { log_.append({{"event", "warning"}, {"message", text}}); }

    hosts_task const& task_;
    way_to_hosts const& way_;
    journal& log_;
    remote_group const& nodes_;
    node_census const& census_;
    snapshot_broadcast broadcast_;
    double begun_ = 0;
    std::uint64_t sent_ = 0;  // bytes that left this machine
    std::string through_ = "ssh";
    bool has_fallen_back_ = false, is_told_ = false;
};

}  // namespace estima::inline v0_1
