// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <estima/system/file_descriptor.hpp>

namespace estima::inline v0_1 {

/// Why a host was not reached, from what was said on the way. `may_pass`: it can be better in a moment.
struct way_failure {
    std::string id, why, remedy;
    bool may_pass = false;
};

/// If a host's shell said something of the program that was to be started there, it has none that runs: EST-725.
inline std::optional<way_failure> failure_of_launcher(std::vector<std::string> const& said,
                                                      std::string const& launcher) {
    for (std::string const& line : said)
        if (line.find(launcher) != std::string::npos)
            return way_failure{
                "EST-725", "its shell says: " + line,
                "install estima there, or name its estima-launch by `launcher` in the settings of the target"};
    return std::nullopt;
}

/// How a supervisor starts its hands on the hosts of a run: through ssh, or as steps of the job of a batch system.
class way_to_hosts {
public:
    way_to_hosts() = default;
    way_to_hosts(way_to_hosts const&) = delete;
    way_to_hosts& operator=(way_to_hosts const&) = delete;
    virtual ~way_to_hosts() = default;

    /// Starts what serves several hosts at once, if anything does.
    virtual void begin(std::size_t /*hosts*/, std::string const& /*launcher*/, std::string const& /*network*/) {}
    /// Whether the attendant there is started so, and calls.
    virtual bool is_called_from(std::string const&) const { return false; }
    /// Readable when there are calls; -1: none is to come.
    virtual int fd() const { return -1; }
    /// What came of that: an attendant's connection, or what was said of one that does not call. No name: of all
    /// others.
    struct call {
        std::string host;
        file_descriptor connection;
        std::vector<std::string> said;
    };
    virtual std::vector<call> calls() { return {}; }

    /// What is executed here for a command line of a shell on that host. `opens`: others use the connection, too.
    virtual std::vector<std::string> argv(std::string const& host, std::string command, bool opens) const = 0;
    /// What it means that it ended without a word of the host's. `launcher`: the program that was to be started there.
    virtual way_failure why_failed(std::string const& host, std::vector<std::string> const& said,
                                   std::string const& launcher) const = 0;
    /// The error ids of a host that is not reached, and of one that is lost later.
    virtual std::string_view id_of_unreached() const = 0;
    virtual std::string_view id_of_lost() const = 0;
    /// File of ssh's configuration, for those that take this way by themselves; empty: there is no ssh.
    virtual std::string configuration() const { return {}; }
};

}  // namespace estima::inline v0_1
