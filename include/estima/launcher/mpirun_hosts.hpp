// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace estima::inline v0_1 {

/// The text of a file for mpirun's --hostfile: 10,000 names are longer than a word of a command line may be.
inline std::string host_file_text(std::vector<std::string> const& hosts, int slots) {
    std::string text;
    for (std::string const& host : hosts) text.append(host).append(" slots=").append(std::to_string(slots)) += '\n';
    return text;
}

/// The subnet or interface that MPI uses between hosts; nothing where it is empty.
inline void add_network(std::vector<std::string>& words, std::string const& network) {
    if (!network.empty())
        words.insert(words.end(), {"--mca", "oob_tcp_if_include", network, "--mca", "btl_tcp_if_include", network});
}

/// From 32 processes on Open MPI starts them by several threads, and then often does not notice that they have ended.
/// One thread does not keep them waiting longer.
inline void add_start_by_one_thread(std::vector<std::string>& words, int processes) {
    if (processes >= 32) words.insert(words.end(), {"--mca", "odls_base_num_threads", "0"});
}

/// What mpirun has to be told to start its daemons on other hosts over ssh. `network` may be empty.
inline std::vector<std::string> words_for_daemons(std::string const& run_id, std::string const& ssh_configuration,
                                                  std::string const& network) {
    // Hosts need no way to each other by ssh: all daemons are started from here. They carry the run's name, by which
    // what is left of it is found.
    std::vector<std::string> words{"--mca", "ras", "^slurm,tm,lsf,gridengine", "--mca", "plm", "rsh", "--mca",
                                   "plm_rsh_agent", "ssh", "--mca", "plm_rsh_args", "-F " + ssh_configuration, "--mca",
                                   "plm_rsh_no_tree_spawn", "1", "--mca", "orte_launch_agent",
                                   "env ESTIMA_RUN_ID=" + run_id + " PMIX_MCA_psec=^munge orted", "-wdir", "/"};
    add_network(words, network);
    return words;
}

}  // namespace estima::inline v0_1
