// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/hosts/ssh_target.hpp>
#include <estima/hosts/way_to_hosts.hpp>
#include <estima/system/files.hpp>

namespace estima::inline v0_1 {

/// Why ssh did not get to a host, from what it said. `launcher`: the program that was to be started there.
inline way_failure why_ssh_failed(std::string const& host, std::vector<std::string> const& said,
                                  std::string const& launcher = "estima-launch") {
    if (auto const failure = failure_of_launcher(said, launcher)) return *failure;
    std::string text, last;
    for (std::string const& line : said) {
        text += line + "\n";
        if (!line.empty()) last = line;
    }
    auto has = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
    if (has("REMOTE HOST IDENTIFICATION HAS CHANGED") || has("Host key for"))
        return {"EST-724", "its host key is another one than the one that is known",
                "if the host was set up anew, remove the old key (ssh-keygen -R " + host +
                    ") and take the new one; else somebody stands in between"};
    if (has("Host key verification failed") || has("host key is known"))
        return {"EST-724", "its host key is not known here",
                "log in once by hand and compare the key, or take host_keys accept-new"};
    if (has("Permission denied") || has("Too many authentication failures") || has("no such identity") ||
        has("Load key"))
        return {"EST-723", "it does not let this user in: " + last,
                "give user and key of the target, and put the key into the host's authorized_keys"};
    if (has("Could not resolve") || has("Name or service not known"))
        return {"EST-722", "no host has that name: " + last, "correct the name, or give an address"};
    bool const passes = has("refused") || has("timed out") || has("No route") || has("unreachable") || has("reset") ||
                        has("closed") || has("Broken pipe");
    return {"EST-722", last.empty() ? "ssh ended without a word" : last,
            "look whether the host runs and its sshd listens", passes};
}

/// How one run reaches its hosts: a folder with a configuration for ssh, which all that is started for the run use, and
/// with the sockets by which they share one connection to each host. The folder is removed with this object.
class ssh_session final : public way_to_hosts {
public:
    /// EST-301 if the folder cannot be made.
    explicit ssh_session(ssh_target const& target) {
        char name[] = "/tmp/estima-XXXXXX";  // short: the path of a socket has 108 bytes
        if (::mkdtemp(name) == nullptr) throw_file_error("cannot create directory", name);
        folder_ = name;
        replace_file(configuration(), text(target));
    }
    ~ssh_session() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::string configuration() const override { return folder_ + "/config"; }

    std::vector<std::string> argv(std::string const& host, std::string command, bool opens) const override {
        return {"ssh",
                "-F",
                configuration(),
                "-T",
                "-o",
                opens ? "ControlMaster=yes" : "ControlMaster=no",
                host,
                std::move(command)};
    }
    way_failure why_failed(std::string const& host, std::vector<std::string> const& said,
                           std::string const& launcher) const override {
        return why_ssh_failed(host, said, launcher);
    }
    std::string_view id_of_unreached() const override { return "EST-722"; }
    std::string_view id_of_lost() const override { return "EST-726"; }

private:
    /// What is said first counts for ssh.
    std::string text(ssh_target const& t) const {
        auto const whole = [](double seconds) { return std::to_string(static_cast<long>(std::ceil(seconds))); };
        // Half of the time is ssh's, so that it notices before the run gives the host up, and says why.
        std::string s = "Host *\n  BatchMode yes\n  ForwardX11 no\n  ForwardAgent no\n  ControlPath " + folder_ +
                        "/%C\n  ConnectTimeout " + whole(t.connect_seconds / 2) + "\n  ServerAliveInterval " +
                        whole(t.silence_seconds / 3) + "\n  ServerAliveCountMax 2\n";
        constexpr char const* policies[] = {"yes", "accept-new", "no"};
        s += std::string{"  StrictHostKeyChecking "} + policies[static_cast<int>(t.host_keys)] + "\n";
        auto add = [&s](char const* key, std::string const& value) {
            if (!value.empty()) s.append("  ").append(key).append(" \"").append(value).append("\"\n");
        };
        add("User", t.user);
        add("Port", t.port > 0 ? std::to_string(t.port) : "");
        add("IdentityFile", t.key);
        add("IdentitiesOnly", t.key.empty() ? "" : "yes");
        if (t.host_keys == host_key_policy::unchecked && t.known_hosts.empty()) add("UserKnownHostsFile", "/dev/null");
        add("UserKnownHostsFile", t.known_hosts);
        if (!t.config.empty()) return s + "Include \"" + t.config + "\"\n";
        return s + "Include ~/.ssh/config\nInclude /etc/ssh/ssh_config\n";
    }

    std::string folder_;
};

}  // namespace estima::inline v0_1
