// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <estima/system/json.hpp>
#include <estima/system/settings_reader.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// One machine of an ssh_hosts target.
struct ssh_host {
    std::string name;  ///< as ssh takes it: a name, an address, a Host of the ssh configuration
    int slots = 0;     ///< places for processes; 0: as many as a job asks for
    bool operator==(ssh_host const&) const = default;
};

/// What is done about host keys: `strict` takes only those that are known, `accept_new` also those of hosts that were
/// never seen, `unchecked` all.
enum class host_key_policy { strict, accept_new, unchecked };

/// Where the hosts of an ssh_hosts target are and how they are reached. Given in code (submit_options::ssh) or in a
/// targets file. What is left out is as ssh's own configuration has it.
struct ssh_target {
    std::vector<ssh_host> hosts{};
    std::string user{};
    int port = 0;
    std::string key{};          ///< file of the private key
    std::string known_hosts{};  ///< file
    std::string config{};       ///< file of ssh's configuration; left out: the user's and the system's
    host_key_policy host_keys = host_key_policy::strict;
    std::string network{};  ///< of MPI and the backends: "10.0.0.0/24" or "eth0"; left out: the one that ssh arrives on
    std::string folder =
        "/var/tmp/estima-%u/%h";  ///< on the hosts, for runs and what is kept of snapshots; see node_path
    std::string launcher{};       ///< path of estima-launch on the hosts; left out: as here
    double connect_seconds = 30;  ///< how long a host that does not answer is tried
    double silence_seconds = 15;  ///< after which a host that says nothing is taken for lost
    double return_seconds = 600;  ///< how long a next attempt waits for a host that was lost, if there is no other
    double left_folder_days = 7;  ///< after which a folder is removed that a run left when its host was lost
    std::vector<std::string> imports{};  ///< modules that the interpreter of each host has to have
    int broadcast_megabytes = 64; ///< that estima-agent has to spare this machine's link to be started for a snapshot
    bool keep_folders = false;    ///< leave each run's folder on the hosts when it is over
    bool operator==(ssh_target const&) const = default;
};

namespace detail {
inline constexpr char const* host_key_words[] = {"strict", "accept-new", "unchecked"};

/// Calls `member(key, value)` for each setting of a target but its hosts.
template <class Target, class Visit>
void visit_ssh_settings(Target& t, Visit const& member) {
    member("user", t.user);
    member("port", t.port);
    member("key", t.key);
    member("known_hosts", t.known_hosts);
    member("config", t.config);
    member("host_keys", t.host_keys);
    member("network", t.network);
    member("folder", t.folder);
    member("launcher", t.launcher);
    member("connect_seconds", t.connect_seconds);
    member("silence_seconds", t.silence_seconds);
    member("return_seconds", t.return_seconds);
    member("left_folder_days", t.left_folder_days);
    member("imports", t.imports);
    member("broadcast_megabytes", t.broadcast_megabytes);
    member("keep_folders", t.keep_folders);
}

class ssh_target_reader : settings_reader {
public:
    explicit ssh_target_reader(settings_place where) : settings_reader{std::move(where), "docs/ssh.md"} {}

    ssh_target read(json const& j) const {
        ssh_target target;
        settings_reader::read(
            j, {"kind", "hosts"}, [&](auto const& member) { visit_ssh_settings(target, member); },
            [this](char const* key, json const& value, auto& member) { take(key, value, member); });
        auto const hosts = j.find("hosts");
        if (hosts == j.end() || !hosts->is_array() || hosts->empty())
            wrong("hosts", "it is not a list of hosts", R"(write "hosts": ["node1", "node2"])");
        for (json const& one : *hosts) {
            ssh_host host = host_of(one);
            if (std::any_of(target.hosts.begin(), target.hosts.end(),
                            [&](ssh_host const& h) { return h.name == host.name; }))
                wrong("hosts", "\"" + host.name + "\" stands there twice",
                      "name each host once; its slots are how many processes it takes");
            target.hosts.push_back(std::move(host));
        }
        return target;
    }

private:
    using settings_reader::take;
    // What stands in ssh's configuration stands in quotes there.
    void take(char const* key, json const& j, std::string& value) const {
        settings_reader::take(key, j, value);
        if (value.find('"') != std::string::npos) wrong(key, j.dump() + " is no text", "a text without quotes");
    }
    ssh_host host_of(json const& j) const {
        if (j.is_string()) return {checked(j.get<std::string>())};
        if (!j.is_object() || !j.contains("name") || !j["name"].is_string())
            wrong("hosts", j.dump() + " is no host", R"(write a name, or {"name": "node1", "slots": 4})");
        for (auto const& [key, value] : j.items()) require_known(key, {"name", "slots"});
        ssh_host host{checked(j["name"].get<std::string>())};
        if (auto const slots = j.find("slots"); slots != j.end()) {
            take("slots", *slots, host.slots);
            if (host.slots < 1) wrong("slots", "a host with " + slots->dump() + " slots takes no process", "1 or more");
        }
        return host;
    }
    std::string checked(std::string name) const {
        // ssh and mpirun would read other things out of these.
        if (name.empty() || name.starts_with('-') ||
            name.find_first_of(" \t\r\n,:@\"'\\$`;&|<>()") != std::string::npos)
            wrong("hosts", "\"" + shown(name) + "\" is no name of a host",
                  "a name or an address; the user is a setting of its own");
        return name;
    }
    void take(char const* key, json const& j, host_key_policy& value) const {
        for (int i = 0; i < 3; ++i)
            if (j == host_key_words[i]) return void(value = static_cast<host_key_policy>(i));
        wrong(key, j.dump() + " is no way to treat host keys", "strict, accept-new or unchecked");
    }
};
}  // namespace detail

/// `where` is for errors. EST-721.
inline ssh_target ssh_target_from_json(json const& j, settings_place where) {
    return detail::ssh_target_reader{std::move(where)}.read(j);
}

inline json to_json(ssh_target const& target) {
    json j{{"kind", "ssh_hosts"}};
    for (ssh_host const& host : target.hosts)
        j["hosts"].push_back(host.slots > 0 ? json{{"name", host.name}, {"slots", host.slots}} : json(host.name));
    detail::visit_ssh_settings(target, [&j](char const* key, auto const& value) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, host_key_policy>)
            j[key] = detail::host_key_words[static_cast<int>(value)];
        else
            j[key] = value;
    });
    return j;
}

}  // namespace estima::inline v0_1
