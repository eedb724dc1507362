// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// Where a Slurm cluster's slurmrestd is and what its jobs ask for. Given in code or in a targets file
/// ({"gpu": {"kind": "slurm", "url": "https://head:6820", ...}}). What is left out is as Slurm has it by default.
struct slurm_target {
    // The server.
    std::string url{};             ///< "http://head:6820", "https://slurm.example.org"
    std::string user{};            ///< left out: who runs the program
    std::string token_file{};      ///< holds the token, or SLURM_JWT=the token; read anew when it is refused
    std::string token_variable{};  ///< left out, and no token_file either: SLURM_JWT
    std::string token_command{};   ///< prints a new token: "scontrol token lifespan=3600"; run when the old one is refused
    std::string ca_file{};         ///< PEM; left out: the system's
    std::string proxy{};           ///< as http_settings has it
    std::string api_version{};     ///< "v0.0.38"; left out: the newest that server and estima know
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
    std::string folder{};    ///< on the nodes, where no file system is shared
    std::string launcher{};  ///< path of estima-launch on the nodes; left out: as here
    bool operator==(slurm_target const&) const = default;
};

/// `where` is the file and the target's name, for errors. EST-721.
slurm_target slurm_target_from_json(json const& j, std::string where);
json to_json(slurm_target const& target);

}  // namespace estima::inline v0_1
