// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <estima/hosts/remote_node.hpp>

namespace estima::inline v0_1 {

/// The hosts of a run, in the order of their ranks.
using remote_group = std::vector<std::unique_ptr<remote_node>>;

/// Whether all of them see the run's own folder.
inline bool see_the_run(remote_group const& nodes) {
    return std::all_of(nodes.begin(), nodes.end(),
                       [](auto const& n) { return n->facts().value("sees_the_run", false); });
}

/// The subnet that all hosts are on; empty if there is none.
inline std::string common_network(remote_group const& nodes) {
    std::string const first = nodes.front()->facts().value("network", "");
    bool const is_common = std::all_of(nodes.begin(), nodes.end(),
                                       [&](auto const& n) { return n->facts().value("network", "") == first; });
    return is_common ? first : "";
}

/// Where a host is to be reached by others; empty if nowhere.
inline std::string place_of(json const& facts) {
    int const port = whole_number(facts, "listens", 0);
    return port > 0 ? facts.value("address", "") + ":" + std::to_string(port) : "";
}

/// Each tries to reach the next one and the first: that shows a network that they do not share, or a firewall.
inline void try_each_other(remote_group const& nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        json others = json::object();
        for (std::size_t const other : {(i + 1) % nodes.size(), std::size_t{0}})
            if (std::string const place = place_of(nodes[other]->facts()); other != i && !place.empty())
                others[place] = nodes[other]->host();
        nodes[i]->reach(std::move(others));
    }
}

/// One sentence for each thing that keeps a host from taking part, on whichever host.
inline run_error what_is_wrong(remote_group const& nodes) {
    std::map<std::string, int> ids;
    std::string table;
    std::size_t hosts = 0;
    for (auto const& n : nodes) {
        hosts += !n->problems().empty();
        for (auto const& [id, why] : n->problems()) {
            ++ids[id];
            table += "\n    " + n->host() + ": " + why;
        }
    }
    std::string const count = std::to_string(hosts) + " of " + std::to_string(nodes.size()) + " hosts";
    return {.id = ids.size() == 1 ? ids.begin()->first : "EST-725", .message = count + " cannot take part:" + table};
}

}  // namespace estima::inline v0_1
