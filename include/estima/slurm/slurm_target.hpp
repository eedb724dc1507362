// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/slurm/slurm_words.hpp>
#include <estima/system/json.hpp>
#include <estima/system/settings_reader.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// Where a Slurm cluster's slurmrestd is and what its jobs ask for. Given in code or in a targets file
/// ({"gpu": {"kind": "slurm", "url": "https://head:6820", ...}}). What is left out is as Slurm has it by default.
struct slurm_target {
    std::string url{};             ///< "http://head:6820", "https://slurm.example.org"
    std::string user{};            ///< left out: who runs the program
    std::string token_file{};      ///< holds the token, or SLURM_JWT=the token; read anew when it is refused
    std::string token_variable{};  ///< left out, and no token_file either: SLURM_JWT
    std::string
        token_command{};        ///< prints a new token: "scontrol token lifespan=3600"; run when the old one is refused
    std::string ca_file{};      ///< PEM; left out: the system's
    std::string proxy{};        ///< as http_settings has it
    std::string api_version{};  ///< "v0.0.38"; left out: the newest that server and estima know
    double connect_seconds = 10;
    double request_seconds = 60;
    double patience_seconds = 120;  ///< how long a server that is away or busy is tried
    double poll_seconds = 1;        ///< at least between two questions for the states of jobs, 1 or more
    double slowest_poll_seconds = 30;
    double unreachable_seconds = 60;  ///< without an answer until waiting runs are told that the server is away

    // What each job asks for.
    std::string partition{};  ///< left out: the cluster's default
    std::string account{};
    std::string qos{};
    std::string reservation{};
    std::string constraint{};
    std::string dependency{};  ///< "afterok:1234"
    std::string time_limit{};  ///< as sbatch takes it: "30" (minutes), "4:00:00", "2-12:00:00"
    std::string memory{};      ///< a node's: "4000" (MB), "16G"
    std::string gres{};        ///< a node's: "gpu:2", "gpu:a100:1,tmpdisk:100"
    int gpus_per_node = 0;
    int cpus_per_task = 0;
    bool exclusive = false;
    bool requeue = false;  ///< Slurm may start the job again after a node failed or it was preempted
    int nice = 0;
    std::string comment{};  ///< put before what leads back to the run

    // How a run lives there.
    std::string setup{};     ///< shell lines that the job runs first: "module load openmpi"
    std::string network{};   ///< of MPI and the backends: "10.0.0.0/24" or "ib0"
    std::string launcher{};  ///< path of estima-launch on the nodes; left out: as here
    std::vector<std::string> imports{};  ///< modules that the interpreter of each node has to have
    bool operator==(slurm_target const&) const = default;
};

namespace detail {
/// Calls `member(key, value)` for each setting of a target but `setup`.
template <class Target, class Visit>
void visit_slurm_settings(Target& t, Visit const& member) {
    member("url", t.url);
    member("user", t.user);
    member("token_file", t.token_file);
    member("token_variable", t.token_variable);
    member("token_command", t.token_command);
    member("ca_file", t.ca_file);
    member("proxy", t.proxy);
    member("api_version", t.api_version);
    member("connect_seconds", t.connect_seconds);
    member("request_seconds", t.request_seconds);
    member("patience_seconds", t.patience_seconds);
    member("poll_seconds", t.poll_seconds);
    member("slowest_poll_seconds", t.slowest_poll_seconds);
    member("unreachable_seconds", t.unreachable_seconds);
    member("partition", t.partition);
    member("account", t.account);
    member("qos", t.qos);
    member("reservation", t.reservation);
    member("constraint", t.constraint);
    member("dependency", t.dependency);
    member("time_limit", t.time_limit);
    member("memory", t.memory);
    member("gres", t.gres);
    member("gpus_per_node", t.gpus_per_node);
    member("cpus_per_task", t.cpus_per_task);
    member("exclusive", t.exclusive);
    member("requeue", t.requeue);
    member("nice", t.nice);
    member("comment", t.comment);
    member("network", t.network);
    member("launcher", t.launcher);
    member("imports", t.imports);
}
}  // namespace detail

/// EST-721 for settings of which the connection or a job could not be made.
inline void require_usable(slurm_target const& t, settings_place where) {
    settings_reader const settings{std::move(where), "docs/slurm.md"};
    if (!t.url.starts_with("http://") && !t.url.starts_with("https://"))
        settings.wrong("url",
                       t.url.empty() ? "it is not given" : "\"" + shown(t.url) + "\" is no address of a slurmrestd",
                       R"(write "url": "https://HOST:6820")");
    if (t.url.substr(0, t.url.find('/', 8)).find('@') != std::string::npos)
        settings.wrong("url", "a user or password in it would soon be known to many",
                       "name the user with `user`, and where the token is with token_file");
    if (!t.time_limit.empty() && !slurm_minutes(t.time_limit))
        settings.wrong("time_limit", "\"" + shown(t.time_limit) + "\" is no time as sbatch takes it",
                       R"("30" for minutes, "4:00:00", or "2-12:00:00" with days)");
    if (!t.memory.empty() && !slurm_megabytes(t.memory))
        settings.wrong("memory", "\"" + shown(t.memory) + "\" is no size as sbatch takes it",
                       R"("4000" for MB, "16G")");
    if (t.poll_seconds < 1)
        settings.wrong("poll_seconds", "more than one question a second brings controllers down", "1 or more");
}

/// `where` is for errors. EST-721.
inline slurm_target slurm_target_from_json(json const& j, settings_place where) {
    settings_reader const settings{where, "docs/slurm.md"};
    slurm_target target;
    if (j.is_object() && j.contains("token"))
        settings.wrong("token", "a token that stands among settings is soon known to many",
                       "put it into a file of your own and name that with token_file");
    settings.read(
        j, {"kind", "setup"}, [&](auto const& member) { detail::visit_slurm_settings(target, member); },
        [&](char const* key, json const& value, auto& member) { settings.take(key, value, member); });
    if (auto const setup = j.find("setup"); setup != j.end()) {
        for (json const& line : setup->is_array() ? *setup : json::array({*setup})) {
            std::string text;
            settings.take("setup", line, text);
            target.setup += text + "\n";
        }
    }
    require_usable(target, std::move(where));
    return target;
}

inline json to_json(slurm_target const& target) {
    json j{{"kind", "slurm"}};
    detail::visit_slurm_settings(target, [&j](char const* key, auto const& value) { j[key] = value; });
    std::string_view left = target.setup;
    if (left.ends_with('\n')) left.remove_suffix(1);
    j["setup"] = json::array();
    if (!left.empty())
        for (std::string_view const line : detail::split(left, '\n')) j["setup"].push_back(line);
    return j;
}

}  // namespace estima::inline v0_1
