// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <estima/history/run_directory.hpp>
#include <estima/launcher/expand_variables.hpp>
#include <estima/launcher/mpirun_hosts.hpp>
#include <estima/launcher/roles.hpp>
#include <estima/policy/reserved_variables.hpp>
#include <estima/run_configuration/run_configuration.hpp>

namespace estima::inline v0_1 {

/// What a launch depends on beside the run configuration: where the programs are, and what the host offers.
struct launch_settings {
    std::string launcher = "estima-launch";  ///< path of the program that supervises and starts
    std::string mpirun = "mpirun";
    int cores = 1;                     ///< that mpirun counts as places for ranks
    bool is_root = false;              ///< mpirun asks root for an extra word
    bool has_home = true;              ///< HOME is set; mpirun falls without it
    bool mpi4py_is_available = false;  ///< to the run's interpreter
    /// Where processes meet, "address:port": for torch one place, for TensorFlow's roles one of each process, in the
    /// order of ranks. The supervisor chooses the ports when it starts the processes; empty: they are not known yet.
    std::vector<std::string> rendezvous{};
    std::vector<std::string> hosts{};   ///< one for each node, reached by ssh; empty: this machine
    bool is_batch_job = false;          ///< mpirun starts its daemons on the other hosts through the batch system
    std::string ssh_configuration{};    ///< file for ssh -F
    std::string network{};              ///< subnet or interface that MPI uses between hosts; empty: as MPI chooses
    std::string node_run_directory{};   ///< where a run lies on the hosts, see node_path; empty: as here
    int gpus = 0;                       ///< of the process's host
    bool has_visible_gpus = false;      ///< CUDA_VISIBLE_DEVICES is set there
    std::string resume_from{};          ///< a checkpoint that the script goes on from, as it names it; empty: none
    std::string interface{};            ///< of the process's host, towards the rendezvous; empty: the backend's choice
};

/// One process of the script.
struct process_plan {
    int rank = 0, local_rank = 0, node_rank = 0;
    std::vector<std::string> argv;
    environment_list environment;  ///< added to what is inherited; a later entry wins
};

/// mpirun starts the processes of `mpi` always, and those of other backends where there are several.
inline bool needs_mpirun(run_configuration const& c) { return c.communicator == "Mpi" || c.process_count() > 1; }

/// The same where the nodes may be other hosts: those are reached through mpirun.
inline bool needs_mpirun(run_configuration const& c, launch_settings const& settings) {
    return needs_mpirun(c) || !settings.hosts.empty();
}

/// At how many places the processes meet: torch's, and those that a script under MPI starts by itself, at one,
/// TensorFlow's each at its own.
inline int rendezvous_count(run_configuration const& c) {
    if (c.has_roles()) return c.process_count();
    return c.communicator == "Gloo" || c.communicator == "Nccl" || c.communicator == "Mpi" ? 1 : 0;
}

namespace detail {
inline std::vector<std::string> removed_variables() {
    std::vector<std::string> names{"OMPI_*", "PMIX_*", "PMI_*", "ORTE_*"};
    names.insert(names.end(), std::begin(reserved_variables), std::end(reserved_variables));
    for (char const* const name :
         {"GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME", "AZ_BATCH_*", "AZ_BATCHAI_*", "AZUREML_*", "ESTIMA_RUN_ID",
          "ESTIMA_RUN_DIRECTORY", "ESTIMA_METRICS_FILE", "ESTIMA_RESUME_FROM"})
        names.emplace_back(name);
    return names;
}

inline std::vector<std::string> script_argv(run_configuration const& c, launch_settings const& settings,
                                            environment_list const& variables) {
    bool const with_mpi4py = c.communicator == "Mpi" && settings.mpi4py_is_available;
    std::vector<std::string> argv;
    if (c.framework == "Native") {
        argv.push_back("./" + c.script);
    } else {
        argv.push_back(c.environment.python.interpreter_path);
        // Ends all ranks when one raises or calls sys.exit: otherwise it waits for the others in MPI_Finalize.
        if (with_mpi4py) argv.insert(argv.end(), {"-m", "mpi4py"});
        argv.push_back((c.script.starts_with('-') ? "./" : "") + c.script);  // not an option of the interpreter
    }
    for (std::string const& argument : c.arguments) argv.push_back(expanded(argument, variables));
    if (!settings.resume_from.empty()) argv.insert(argv.end(), {"--resume-from", settings.resume_from});
    return argv;
}

inline std::vector<std::string> rendezvous_of(run_configuration const& c, launch_settings const& settings) {
    if (!settings.rendezvous.empty()) return settings.rendezvous;
    return std::vector<std::string>(static_cast<std::size_t>(rendezvous_count(c)), "127.0.0.1:<a free port>");
}

/// What a backend tells each process of its place, beside what mpirun sets.
inline environment_list backend_environment(run_configuration const& c, process_plan const& p,
                                            launch_settings const& settings, std::vector<std::string> const& places) {
    environment_list e;
    if (rendezvous_count(c) == 0) return e;
    if (c.has_roles()) return {{"TF_CONFIG", tf_config(c, p.rank, places)}};
    // Azure's: where a script under MPI has torch or Horovod meet.
    std::size_t const colon = places.front().rfind(':');
    if (c.communicator == "Mpi")
        return {{"AZ_BATCH_MASTER_NODE", places.front()},
                {"AZ_BATCHAI_MPI_MASTER_NODE", places.front().substr(0, colon)}};
    e.reserve(11);
    auto add = [&e](char const* name, int value) { e.emplace_back(name, std::to_string(value)); };
    e.emplace_back("MASTER_ADDR", places.front().substr(0, colon));
    e.emplace_back("MASTER_PORT", places.front().substr(colon + 1));
    add("RANK", p.rank);
    add("WORLD_SIZE", c.process_count());
    add("LOCAL_RANK", p.local_rank);
    add("LOCAL_WORLD_SIZE", c.process_count_per_node());
    add("NODE_RANK", p.node_rank);
    // Azure's names for the same, which its examples use.
    e.emplace_back("AZ_BATCHAI_PYTORCH_INIT_METHOD", "tcp://" + places.front());
    add("AZ_BATCHAI_TASK_INDEX", p.rank);
    // LOCAL_RANK is the place of a process's GPU among these. What a scheduler has given to the job stays.
    if (settings.gpus > 0 && !settings.has_visible_gpus) {
        std::string gpus = "0";
        for (int i = 1; i < std::min(settings.gpus, c.process_count_per_node()); ++i) gpus += "," + std::to_string(i);
        e.emplace_back("CUDA_VISIBLE_DEVICES", std::move(gpus));
    }
    std::string const interface = !settings.interface.empty() ? settings.interface : c.node_count == 1 ? "lo" : "";
    if (!interface.empty())
        e.emplace_back(c.communicator == "Gloo" ? "GLOO_SOCKET_IFNAME" : "NCCL_SOCKET_IFNAME", interface);
    return e;
}

/// What can stand as $NAME in the script's arguments: the backend's variables, mpirun's included.
inline environment_list expandable_variables(run_configuration const& c, process_plan const& p,
                                             environment_list backend) {
    if (c.communicator == "Mpi")
        for (auto const& [name, value] : {std::pair{"OMPI_COMM_WORLD_RANK", p.rank},
                                          {"OMPI_COMM_WORLD_SIZE", c.process_count()},
                                          {"OMPI_COMM_WORLD_LOCAL_RANK", p.local_rank},
                                          {"OMPI_COMM_WORLD_LOCAL_SIZE", c.process_count_per_node()}})
            backend.emplace_back(name, std::to_string(value));
    return backend;
}

/// What the environment of each process of a run begins with. Its paths are put together once.
inline environment_list run_environment(run_configuration const& c, run_directory const& run,
                                        launch_settings const& settings) {
    environment_list e{{"ESTIMA_RUN_ID", run.run_id()},
                       {"PWD", run.code().string()},
                       {"ESTIMA_RUN_DIRECTORY", run.path.string()},
                       {"ESTIMA_METRICS_FILE", run.metrics().string()},
                       {"AZUREML_RUN_ID", run.run_id()}};
    if (c.framework != "Native") e.emplace_back("PYTHONUNBUFFERED", "1");
    if (!settings.resume_from.empty()) e.emplace_back("ESTIMA_RESUME_FROM", settings.resume_from);
    return e;
}
inline constexpr std::size_t metrics_variable = 3;  ///< in it: the folder, which becomes each rank's file

/// `backend`: its variables for this process.
inline environment_list script_environment(run_configuration const& c, environment_list const& of_run, int rank,
                                           environment_list backend) {
    environment_list e;
    e.reserve(of_run.size() + backend.size() + c.environment.environment_variables.size());
    e.insert(e.end(), of_run.begin(), of_run.end());
    e[metrics_variable].second.append("/").append(metrics_name(rank));
    e.insert(e.end(), std::make_move_iterator(backend.begin()), std::make_move_iterator(backend.end()));
    e.insert(e.end(), c.environment.environment_variables.begin(), c.environment.environment_variables.end());
    return e;
}

inline std::vector<std::string> mpirun_argv(run_configuration const& c, run_directory const& run,
                                            launch_settings const& settings) {
    std::vector<std::string> argv{settings.mpirun, "-np", std::to_string(c.process_count())};
    if (settings.is_root) argv.emplace_back("--allow-run-as-root");
    if (settings.hosts.empty() && !settings.is_batch_job && c.process_count() > settings.cores)
        argv.emplace_back("--oversubscribe");
    // Without it, mpirun puts its own folders in front of the script's PATH and LD_LIBRARY_PATH.
    placement_section const placement = c.placement.value_or(placement_section{});
    argv.insert(argv.end(), {"--noprefix", "--bind-to", placement.bind_to.empty() ? "none" : placement.bind_to});
    if (!placement.map_by.empty()) argv.insert(argv.end(), {"--map-by", placement.map_by});
    add_start_by_one_thread(argv, c.process_count());
    if (!settings.hosts.empty()) {
        std::vector<std::string> const daemons =
            words_for_daemons(run.run_id(), settings.ssh_configuration, settings.network);
        argv.insert(argv.end(), {"--hostfile", run.host_file().string()});
        argv.insert(argv.end(), daemons.begin(), daemons.end());
        argv.insert(argv.end(), {"-x", "ESTIMA_RUN_ID"});
    } else if (settings.is_batch_job) {
        argv.insert(argv.end(), {"-wdir", "/", "-x", "ESTIMA_RUN_ID"});  // hosts and slots are the job's
        add_network(argv, settings.network);
    } else if (c.node_count == 1) {
        // This machine, whatever a batch system or a host file of the user's says of others.
        argv.insert(argv.end(), {"--host", "localhost:" + std::to_string(settings.cores), "--mca", "plm", "isolated",
                                 "--mca", "ras", "^slurm,tm,lsf,gridengine"});
        // Shared memory alone: otherwise each start looks for networks, for 0.2 s.
        argv.insert(argv.end(), {"--mca", "pml", "ob1", "--mca", "btl", "self,vader"});
    }
    argv.insert(argv.end(), {settings.launcher, "worker"});
    if (settings.mpi4py_is_available) argv.emplace_back("--mpi4py");
    if (rendezvous_count(c) > 0)
        for (std::string const& place : rendezvous_of(c, settings)) argv.insert(argv.end(), {"--rendezvous", place});
    if (!settings.resume_from.empty()) argv.insert(argv.end(), {"--resume-from", settings.resume_from});
    if (!settings.hosts.empty()) argv.emplace_back("--on-host");
    argv.push_back(settings.node_run_directory.empty() ? run.path.string() : settings.node_run_directory);
    return argv;
}
}  // namespace detail

/// The processes of a run in the order of their ranks. Each is made when it is asked for: all of a large run at once
/// would take each of its ranks time and memory.
class planned_processes {
public:
    planned_processes() = default;
    planned_processes(run_configuration c, run_directory const& run, launch_settings settings)
        : configuration_{std::move(c)},
          of_run_{detail::run_environment(configuration_, run, settings)},
          settings_{std::move(settings)},
          places_{detail::rendezvous_of(configuration_, settings_)},
          count_{static_cast<std::size_t>(configuration_.process_count())} {
        for (std::string const& argument : configuration_.arguments)
            has_variables_ = has_variables_ || argument.find('$') != std::string::npos;
    }

    std::size_t size() const { return count_; }
    process_plan operator[](std::size_t i) const {
        int const rank = static_cast<int>(i), per_node = configuration_.process_count_per_node();
        process_plan p{
            .rank = rank, .local_rank = rank % per_node, .node_rank = rank / per_node, .argv = {}, .environment = {}};
        environment_list backend = detail::backend_environment(configuration_, p, settings_, places_);
        p.argv = detail::script_argv(configuration_, settings_,
                                     has_variables_ ? detail::expandable_variables(configuration_, p, backend)
                                                    : environment_list{});
        p.environment = detail::script_environment(configuration_, of_run_, rank, std::move(backend));
        return p;
    }
    /// std::out_of_range if there is no such rank.
    process_plan at(std::size_t i) const {
        if (i >= count_) throw std::out_of_range{"there is no rank " + std::to_string(i)};
        return (*this)[i];
    }

private:
    run_configuration configuration_{};
    environment_list of_run_{};
    launch_settings settings_{};
    std::vector<std::string> places_{};
    std::size_t count_ = 0;
    bool has_variables_ = false;
};

/// Everything that is started for a run, and how.
struct launch_plan {
    std::vector<std::string> mpirun_argv;        ///< empty: the one process is started without mpirun
    environment_list mpirun_environment;         ///< added to what mpirun inherits
    std::vector<std::string> removed_variables;  ///< taken out of what is inherited; "OMPI_*" means all that start so
    planned_processes processes;
    std::string directory;                       ///< where the processes run
    std::string interpreter;                     ///< of the script; empty: it is an executable
};

/// What is started for a run, and how. Pure: the same for plan(), which prints it, for the supervisor and for each
/// worker.
inline launch_plan make_launch_plan(run_configuration const& c, run_directory const& run,
                                    launch_settings const& settings) {
    launch_plan plan;
    plan.removed_variables = detail::removed_variables();
    plan.directory = run.code().string();
    if (c.framework != "Native") plan.interpreter = c.environment.python.interpreter_path;
    plan.processes = {c, run, settings};
    if (!needs_mpirun(c, settings)) return plan;
    plan.mpirun_argv = detail::mpirun_argv(c, run, settings);
    // PMIx would try to reach a munge daemon that many machines have installed but not running: 2 s.
    plan.mpirun_environment = {{"ESTIMA_RUN_ID", run.run_id()}, {"PMIX_MCA_psec", "^munge"}};
    auto const set = c.environment.environment_variables.find("PMIX_MCA_psec");
    if (set != c.environment.environment_variables.end()) plan.mpirun_environment.back().second = set->second;
    if (!settings.has_home) plan.mpirun_environment.emplace_back("HOME", plan.directory);
    return plan;
}

}  // namespace estima::inline v0_1
