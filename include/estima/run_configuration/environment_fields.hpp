// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <iterator>

#include <estima/run_configuration/environment_sections.hpp>
#include <estima/run_configuration/field_table.hpp>

namespace estima::inline v0_1::detail {

// Every field of `environment` with its key and its meaning, in the order in which Azure's files have them.

template <>
inline field_table const& table_of<conda_section>() {
    using s = conda_section;
    static constexpr field_entry fields[]{
        field<&s::name>("name", "Name of the conda environment"),
        field<&s::channels>("channels", "Where conda looks for packages, in this order"),
        field<&s::dependencies>("dependencies", "conda packages, and pip's below 'pip'"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<python_section>() {
    using s = python_section;
    static constexpr field_entry fields[]{
        field<&s::user_managed_dependencies>("userManagedDependencies", "true: the target's Python is used as it is"),
        field<&s::interpreter_path>("interpreterPath", "The Python that runs the script: a path, or a name in PATH"),
        field<&s::conda_dependencies_file>("condaDependenciesFile",
                                           "A conda environment file with what the script needs"),
        field<&s::base_conda_environment>("baseCondaEnvironment", "A conda environment of the image to build upon"),
        field<&s::conda_dependencies>("condaDependencies", "What that file would hold", field_written::when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<registry_section>() {
    using s = registry_section;
    static constexpr field_entry fields[]{
        field<&s::address>("address", "Host of a private registry"),
        field<&s::username>("username", "User at that registry"),
        field<&s::password>("password", "Not kept in files"),
        field<&s::password_variable>("passwordVariable", "The environment variable with the password",
                                     field_written::own_when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<environment_docker_section>() {
    using s = environment_docker_section;
    static constexpr field_entry fields[]{
        field<&s::enabled>("enabled", "Whether the script runs in a container"),
        field<&s::base_image>("baseImage", "The container's image; empty: Azure's own"),
        field<&s::base_dockerfile>("baseDockerfile", "A Dockerfile, as text, in place of an image"),
        field<&s::shared_volumes>("sharedVolumes", "Whether the container sees its host's shared folders"),
        field<&s::gpu_support>("gpuSupport", "Whether the container sees GPUs; empty: where there are some"),
        field<&s::shm_size>("shmSize", "Size of the container's shared memory, /dev/shm"),
        field<&s::arguments>("arguments", "More arguments for docker run"),
        field<&s::base_image_registry>("baseImageRegistry", "The private registry that has the image"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<spark_package_section>() {
    using s = spark_package_section;
    static constexpr field_entry fields[]{
        field<&s::group>("group", "Maven group"),
        field<&s::artifact>("artifact", "Maven artifact"),
        field<&s::version>("version", "Its version"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<environment_spark_section>() {
    using s = environment_spark_section;
    static constexpr field_entry fields[]{
        field<&s::repositories>("repositories", "Repositories of Spark packages"),
        field<&s::packages>("packages", "Spark packages"),
        field<&s::precache_packages>("precachePackages", "Whether they are fetched when the image is built"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<databricks_section>() {
    using s = databricks_section;
    static constexpr field_entry fields[]{
        field<&s::maven_libraries>("mavenLibraries", "Libraries of a Databricks cluster, from Maven"),
        field<&s::pypi_libraries>("pypiLibraries", "from PyPI"),
        field<&s::rcran_libraries>("rcranLibraries", "from CRAN"),
        field<&s::jar_libraries>("jarLibraries", "jar files"),
        field<&s::egg_libraries>("eggLibraries", "egg files"),
        field<&s::cluster>("cluster", "The Databricks cluster", field_written::when_set),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}
template <>
inline field_table const& table_of<environment_section>() {
    using s = environment_section;
    static constexpr field_entry fields[]{
        field<&s::name>("name", "Name of the environment"),
        field<&s::version>("version", "Version of the environment"),
        field<&s::environment_variables>("environmentVariables", "Set for the script; names are left as they are"),
        field<&s::python>("python", "Python and its packages"),
        field<&s::docker>("docker", "The container"),
        field<&s::spark>("spark", "Spark's packages"),
        field<&s::databricks>("databricks", "Databricks' libraries"),
    };
    static constexpr field_table table{fields, std::size(fields), &default_of<s>};
    return table;
}

}  // namespace estima::inline v0_1::detail
