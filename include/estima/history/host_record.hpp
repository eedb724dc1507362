// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// A host that ran processes of a run: its hardware, and the environment in which Python scripts found their packages.
struct host_record {
    std::string host;
    std::string system{};        ///< "Linux 6.1.0-18-amd64 x86_64"
    std::string distribution{};  ///< "Debian GNU/Linux 12 (bookworm)"
    std::string processor{};     ///< "AMD EPYC 7763 64-Core Processor"; empty where the system does not tell
    int processors = 0;          ///< hardware threads
    int cores = 0;               ///< those that the run may use; two hardware threads of one core are one
    std::uint64_t memory_bytes = 0;
    std::vector<std::string> gpus{};  ///< a model for each GPU of NVIDIA's
    std::string interpreter{};     ///< path of the Python that ran the script; empty: none, or it did not tell in time
    std::string python_version{};  ///< "3.11.2"
    std::map<std::string, std::string> packages{};  ///< versions of what it can import, by their normalised names
    std::string environment_fingerprint{};  ///< SHA-256 of the version and the packages: the same where these are

    bool operator==(host_record const&) const = default;
};

namespace detail {
/// Takes in what an event `host` or `environment` says.
inline void take_host_event(std::vector<host_record>& hosts, json const& event) {
    std::string const name = event.value("host", "");
    auto place = std::find_if(hosts.begin(), hosts.end(), [&](host_record const& h) { return h.host == name; });
    host_record told = place != hosts.end() ? *place : host_record{.host = name};
    if (event.value("event", "") == "host") {
        told.system = event.value("system", "");
        told.distribution = event.value("distribution", "");
        told.processor = event.value("processor", "");
        told.processors = whole_number(event, "processors", 0);
        told.cores = whole_number(event, "cores", 0);
        told.memory_bytes = whole_number(event, "memory_bytes", std::uint64_t{0});
        told.gpus = event.value("gpus", told.gpus);
    } else {
        told.interpreter = event.value("interpreter", "");
        told.python_version = event.value("python_version", "");
        told.packages = event.value("packages", told.packages);
        told.environment_fingerprint = event.value("fingerprint", "");
    }
    if (place == hosts.end()) place = hosts.insert(place, host_record{});
    *place = std::move(told);
}
}  // namespace detail

}  // namespace estima::inline v0_1
