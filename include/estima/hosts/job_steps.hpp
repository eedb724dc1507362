// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/hosts/way_to_hosts.hpp>

namespace estima::inline v0_1 {

/// The way to the nodes of the Slurm job that this process is in: a step of the job for each. On this node no step is needed.
class job_steps final : public way_to_hosts {
public:
    explicit job_steps(std::string own_node) : own_node_{std::move(own_node)} {}

    std::vector<std::string> argv(std::string const& host, std::string command, bool) const override {
        std::vector<std::string> words;
        // It takes nothing of what the ranks are to get, and needs no MPI.
        if (host != own_node_)
            words = {"srun", "--overlap", "--nodes=1", "--ntasks=1", "--nodelist=" + host, "--mem=0", "--mpi=none",
                     "--cpu-bind=none", "--unbuffered", "--quiet"};
        words.insert(words.end(), {"sh", "-c", "unset SSH_CONNECTION; " + std::move(command)});  // the submitter's
        return words;
    }

    way_failure why_failed(std::string const&, std::vector<std::string> const& said,
                           std::string const& launcher) const override {
        std::string last;
        for (std::string const& line : said) {
            if (line.find(launcher) != std::string::npos)
                return {"EST-725", "its shell says: " + line,
                        "install estima there, or name its estima-launch by `launcher` in the settings of the target"};
            if (!line.empty()) last = line;
        }
        return {std::string{id_of_unreached()}, last.empty() ? "srun ended without a word" : last,
                "look whether the node and its slurmd run (sinfo -R)"};
    }
    std::string_view id_of_unreached() const override { return "EST-762"; }
    std::string_view id_of_lost() const override { return "EST-762"; }

private:
    std::string own_node_;
};

}  // namespace estima::inline v0_1
