// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <iterator>

#include <estima/run_configuration/environment_fields.hpp>
#include <estima/run_configuration/field_table.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/run_configuration/section_fields.hpp>

namespace estima::inline v0_1::detail {

/// The table of the whole: every key at the top of a file, in Azure's order, then estima's own.
template <>
inline field_table const& table_of<run_configuration>() {
    using s = run_configuration;
    using enum field_written;
    static constexpr field_entry fields[]{
        field<&s::script>("script", "Entry script, relative to the source directory"),
        field<&s::arguments>("arguments", "The script's command line, one entry an argument"),
        field<&s::target>("target", "The compute target; 'local' is this machine"),
        field<&s::framework>("framework", "Python, PySpark, CNTK, TensorFlow or PyTorch"),
        field<&s::communicator>("communicator", "None, Mpi, Gloo, Nccl or ParameterServer"),
        field<&s::auto_prepare_environment>("autoPrepareEnvironment", "Whether packages are installed first", when_set),
        field<&s::max_run_duration_seconds>("maxRunDurationSeconds",
                                            "A run that takes longer is ended; empty: no limit"),
        field<&s::node_count>("nodeCount", "Nodes to use"),
        field<&s::priority>("priority", "Place in the queue; higher is sooner"),
        field<&s::environment>("environment", "What the script runs in"),
        field<&s::history>("history", "What is kept of the run"),
        field<&s::spark>("spark", "For framework PySpark"),
        field<&s::docker>("docker", "The container, as late versions have it"),
        field<&s::hdi>("hdi", "For an HDInsight target"),
        field<&s::tensorflow>("tensorflow", "For communicator ParameterServer"),
        field<&s::mpi>("mpi", "For communicator Mpi"),
        field<&s::pytorch>("pytorch", "For communicators Gloo and Nccl"),
        field<&s::paralleltask>("paralleltask", "For communicator ParallelTask"),
        field<&s::data_references>("dataReferences", "Paths on datastores, by the names that the script uses"),
        field<&s::data>("data", "Datasets, by the names that the script uses"),
        field<&s::datacaches>("datacaches", "Caches of datasets", when_set),
        field<&s::output_data>("outputData", "Where the script's data goes", when_set),
        field<&s::source_directory_data_store>("sourceDirectoryDataStore", "The datastore for the source directory"),
        field<&s::amlcompute>("amlcompute", "A cluster that is made for this run alone"),
        field<&s::kubernetescompute>("kubernetescompute", "For a Kubernetes target"),
        field<&s::credential_passthrough>("credentialPassthrough", "Whether data is read as the user who submits"),
        field<&s::command>("command", "A command line in place of script and arguments"),
        field<&s::environment_variables>("environmentVariables", "Set for the script, over those of the environment"),
        field<&s::application_endpoints>("applicationEndpoints", "Services beside the script", when_set),
        field<&s::services>("services", "Services beside the script", when_set),
        field<&s::display_name>("displayName", "What the run is called", own_when_set),
        field<&s::tags>("tags", "The run's tags", own_when_set),
        field<&s::retries>("retries", "How often, and for what, a run that ends early is tried again", own_when_set),
        field<&s::placement>("placement", "Where on a node the processes are put", own_when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}

}  // namespace estima::inline v0_1::detail
