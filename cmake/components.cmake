# SPDX-License-Identifier: BSL-1.0
# The components: which headers each has (patterns below include/estima), what it links, which packages it needs.
# A component stands after those that it links. tests/layers checks that each header is in exactly one component and
# includes only what its component links.
set(estima_components
    base core tracking events json yaml snapshot history portal launcher agent workspace search archive slurm terminal estima)

# Nothing but the standard library and POSIX.
set(estima_base_headers version.hpp base/*.hpp system/*.hpp)
set(estima_base_without system/json.hpp system/sha256.hpp system/sha256_of_file.hpp system/settings_reader.hpp)

# Everything that a program needs to describe a job and have it checked by the compiler.
set(estima_core_headers
    fwd.hpp estimator.hpp estimator/*.hpp parameters/*.hpp laws/*.hpp rules/*.hpp requirement/*.hpp
    policy/*.hpp framework/*.hpp compute/*.hpp distribution/*.hpp environment/*.hpp)
set(estima_core_links base)
set(estima_core_packages Boost)

# For training programs in C++: metrics into the run that started them.
set(estima_tracking_headers tracking/*.hpp)
set(estima_tracking_links base)

# TensorBoard's event files.
set(estima_events_headers events/*.hpp)
set(estima_events_links base)
set(estima_events_packages Boost)

# The lowered value and its JSON.
set(estima_json_headers
    system/json.hpp system/settings_reader.hpp system/sha256.hpp system/sha256_of_file.hpp run_configuration/*.hpp
    runconfig_file/document.hpp runconfig_file/parse_json.hpp)
set(estima_json_links core)
set(estima_json_packages nlohmann_json OpenSSL)

# Azure's .runconfig files.
set(estima_yaml_headers runconfig_file/*.hpp)
set(estima_yaml_without runconfig_file/document.hpp runconfig_file/parse_json.hpp)
set(estima_yaml_links json)
set(estima_yaml_packages yaml-cpp)

set(estima_snapshot_headers snapshot/*.hpp)
set(estima_snapshot_links json)
set(estima_snapshot_packages Threads)

set(estima_history_headers history/*.hpp)
set(estima_history_links json tracking)
set(estima_history_packages Threads)

set(estima_portal_headers portal/*.hpp)
set(estima_portal_links history)

set(estima_launcher_headers launcher/*.hpp hosts/*.hpp)
set(estima_launcher_links portal snapshot events)

# The program `estima-agent`, which brings a snapshot to many nodes at once. Left out where there is no Boost.MPI.
set(estima_agent_headers agent/*.hpp)
set(estima_agent_links launcher)
set(estima_agent_packages Boost_mpi MPI)

# Workspaces, experiments, runs, models.
set(estima_workspace_headers transport/*.hpp workspace/*.hpp)
set(estima_workspace_without transport/slurm.hpp transport/slurm_batch.hpp transport/slurm_jobs.hpp transport/slurm_plan.hpp transport/slurm_script.hpp transport/slurm_secrets.hpp transport/slurm_word.hpp
    workspace/search_runs.hpp workspace/follow_runs.hpp workspace/experiments.hpp workspace/verify_index.hpp)
set(estima_workspace_links launcher)

# What is known of all runs of a workspace, to be searched. Programs that only submit pay nothing for it.
set(estima_search_headers index/*.hpp workspace/search_runs.hpp workspace/follow_runs.hpp workspace/experiments.hpp workspace/verify_index.hpp)
set(estima_search_links workspace)
set(estima_search_packages SQLite3 simdjson)

# Runs as archives, to be kept elsewhere and brought back.
set(estima_archive_headers archive/*.hpp)
set(estima_archive_links workspace)
set(estima_archive_packages LibArchive)

# Runs on Slurm, through its REST API, and HTTP. Programs that do not include transport/slurm.hpp pay nothing for it.
set(estima_slurm_headers http/*.hpp slurm/*.hpp transport/slurm.hpp transport/slurm_batch.hpp transport/slurm_jobs.hpp
    transport/slurm_plan.hpp transport/slurm_script.hpp transport/slurm_secrets.hpp transport/slurm_word.hpp)
set(estima_slurm_links workspace)
set(estima_slurm_packages CURL Threads)

# The program `estima`: what its commands do, as functions.
set(estima_terminal_headers terminal/*.hpp)
set(estima_terminal_links search archive slurm)
set(estima_terminal_packages CLI11)

# All of it but archives, Slurm and the last.
set(estima_estima_headers estima.hpp)
set(estima_estima_links search yaml)

# Without these nothing else is missing.
set(estima_optional_packages Boost_mpi MPI)
set(MPI_CXX_SKIP_MPICXX ON)

# Each package: its least version, what is linked, and the Debian package that brings it; how it is asked for, where its
# name and version do not say it.
set(estima_Boost_version 1.74)
set(estima_Boost_target Boost::headers)
set(estima_Boost_debian libboost-dev)
set(estima_nlohmann_json_version 3.11)
set(estima_nlohmann_json_target nlohmann_json::nlohmann_json)
set(estima_nlohmann_json_debian nlohmann-json3-dev)
set(estima_OpenSSL_version 3.0)
set(estima_OpenSSL_target OpenSSL::Crypto)
set(estima_OpenSSL_debian libssl-dev)
set(estima_yaml-cpp_version 0.7)
set(estima_yaml-cpp_target yaml-cpp)
set(estima_yaml-cpp_debian libyaml-cpp-dev)
set(estima_SQLite3_version 3.40)
set(estima_SQLite3_target SQLite::SQLite3)
set(estima_SQLite3_debian libsqlite3-dev)
set(estima_simdjson_version 3.0)
set(estima_simdjson_target simdjson::simdjson)
set(estima_simdjson_debian libsimdjson-dev)
set(estima_LibArchive_version 3.6)
set(estima_LibArchive_target LibArchive::LibArchive)
set(estima_LibArchive_debian libarchive-dev)
set(estima_CURL_version 7.85)
set(estima_CURL_target CURL::libcurl)
set(estima_CURL_debian libcurl4-openssl-dev)
set(estima_CLI11_version 2.1)
set(estima_CLI11_target CLI11::CLI11)
set(estima_CLI11_debian libcli11-dev)
set(estima_Boost_mpi_version 1.74)
set(estima_Boost_mpi_find Boost 1.74 COMPONENTS mpi serialization)
set(estima_Boost_mpi_target Boost::mpi)
set(estima_Boost_mpi_debian libboost-mpi-dev)
set(estima_MPI_version 3.1)
set(estima_MPI_find MPI 3.1 COMPONENTS CXX)
set(estima_MPI_target MPI::MPI_CXX)
set(estima_MPI_debian libopenmpi-dev)
set(estima_Threads_target Threads::Threads)
set(estima_Threads_debian libc6-dev)
