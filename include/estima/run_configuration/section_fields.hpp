// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <iterator>

#include <estima/run_configuration/data_sections.hpp>
#include <estima/run_configuration/field_table.hpp>
#include <estima/run_configuration/job_sections.hpp>

namespace estima::inline v0_1::detail {

// Every field of the sections beside `environment`, with its key and its meaning, in the order of Azure's files.

template <>
inline field_table const& table_of<history_section>() {
    using s = history_section;
    static constexpr field_entry fields[]{
        field<&s::output_collection>("outputCollection", "Whether ./outputs become files of the run"),
        field<&s::snapshot_project>("snapshotProject", "Whether the source directory is kept with the run"),
        field<&s::directories_to_watch>("directoriesToWatch", "Folders whose files can be read while the script runs"),
        field<&s::ambient_authentication>("ambientAuthentication", "Who the script is, for Azure",
                                          field_written::when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<spark_section>() {
    using s = spark_section;
    static constexpr field_entry fields[]{field<&s::configuration>("configuration", "Spark's own settings")};
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<docker_section>() {
    using s = docker_section;
    static constexpr field_entry fields[]{
        field<&s::use_docker>("useDocker", "Whether the script runs in a container"),
        field<&s::shared_volumes>("sharedVolumes", "Whether the container sees its host's shared folders"),
        field<&s::arguments>("arguments", "More arguments for docker run"),
        field<&s::shm_size>("shmSize", "Size of the container's shared memory; empty: the environment's"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<hdi_section>() {
    using s = hdi_section;
    static constexpr field_entry fields[]{field<&s::yarn_deploy_mode>("yarnDeployMode", "'cluster' or 'client'")};
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<tensorflow_section>() {
    using s = tensorflow_section;
    static constexpr field_entry fields[]{
        field<&s::worker_count>("workerCount", "Workers on all nodes together"),
        field<&s::parameter_server_count>("parameterServerCount", "Parameter servers on all nodes together"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<mpi_section>() {
    using s = mpi_section;
    static constexpr field_entry fields[]{
        field<&s::process_count_per_node>("processCountPerNode", "Processes on each node"),
        field<&s::node_count>("nodeCount", "nodeCount again", field_written::when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<pytorch_section>() {
    using s = pytorch_section;
    static constexpr field_entry fields[]{
        field<&s::communication_backend>("communicationBackend", "'Nccl' or 'Gloo'"),
        field<&s::process_count>("processCount", "Processes on all nodes together; empty: one on each"),
        field<&s::node_count>("nodeCount", "nodeCount again", field_written::when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<paralleltask_section>() {
    using s = paralleltask_section;
    static constexpr field_entry fields[]{
        field<&s::max_retries_per_worker>("maxRetriesPerWorker", "How often a worker is started again"),
        field<&s::worker_count_per_node>("workerCountPerNode", "Workers on each node"),
        field<&s::terminal_exit_codes>("terminalExitCodes", "Exit codes after which it is not"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<data_reference_section>() {
    using s = data_reference_section;
    static constexpr field_entry fields[]{
        field<&s::data_store_name>("dataStoreName", "The datastore"),
        field<&s::path_on_data_store>("pathOnDataStore", "The path on it; empty: all"),
        field<&s::mode>("mode", "'mount', 'download' or 'upload'"),
        field<&s::overwrite>("overwrite", "Whether what is there is replaced"),
        field<&s::path_on_compute>("pathOnCompute", "Where the script sees it"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<dataset_section>() {
    using s = dataset_section;
    static constexpr field_entry fields[]{
        field<&s::id>("id", "The dataset's id"),
        field<&s::name>("name", "The dataset's name"),
        field<&s::version>("version", "The dataset's version; empty: the newest"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<data_path_section>() {
    using s = data_path_section;
    static constexpr field_entry fields[]{
        field<&s::datastore_name>("datastoreName", "The datastore"),
        field<&s::relative_path>("relativePath", "The path on it"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<data_location_section>() {
    using s = data_location_section;
    static constexpr field_entry fields[]{
        field<&s::dataset>("dataset", "A registered dataset"),
        field<&s::data_path>("dataPath", "or a path on a datastore"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<data_section>() {
    using s = data_section;
    static constexpr field_entry fields[]{
        field<&s::data_location>("dataLocation", "What it is"),
        field<&s::create_output_directories>("createOutputDirectories", "Whether folders are made for what is written"),
        field<&s::mechanism>("mechanism", "'direct', 'mount', 'download' or 'upload'"),
        field<&s::environment_variable_name>("environmentVariableName",
                                             "The variable that tells the script where it is"),
        field<&s::path_on_compute>("pathOnCompute", "Where the script sees it"),
        field<&s::overwrite>("overwrite", "Whether what is there is replaced"),
        field<&s::options>("options", "Options of the mechanism"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<retries_section>() {
    using s = retries_section;
    static constexpr field_entry fields[]{
        field<&s::at_most>("atMost", "Attempts after the first one"),
        field<&s::after>("after", "For what: node_failure, preemption, any_failure, 'exit_code 75', 'signal 9'"),
        field<&s::resume_from>("resumeFrom", "Checkpoints below ./outputs that the script can go on from"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<placement_section>() {
    using s = placement_section;
    static constexpr field_entry fields[]{
        field<&s::bind_to>("bindTo", "What each process is bound to: core, socket, ...; empty: nothing"),
        field<&s::map_by>("mapBy", "What of a node the processes are dealt out to; empty: mpirun's choice"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<amlcompute_section>() {
    using s = amlcompute_section;
    static constexpr field_entry fields[]{
        field<&s::vm_size>("vmSize", "Size of the machines of a cluster that is made for the run"),
        field<&s::vm_priority>("vmPriority", "'dedicated' or 'lowpriority'"),
        field<&s::retain_cluster>("retainCluster", "Whether that cluster is kept afterwards"),
        field<&s::name>("name", "Name of that cluster"),
        field<&s::cluster_max_node_count>("clusterMaxNodeCount", "Its most nodes"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<kubernetescompute_section>() {
    using s = kubernetescompute_section;
    static constexpr field_entry fields[]{field<&s::instance_type>("instanceType", "Kind of node, in Kubernetes")};
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}

}  // namespace estima::inline v0_1::detail
