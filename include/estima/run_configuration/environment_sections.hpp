// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <estima/base/secret.hpp>
#include <estima/run_configuration/json_text.hpp>

namespace estima::inline v0_1 {

// Parts of a run configuration's `environment`. In all sections: text that is empty, and an optional without a value,
// is null in files. Defaults are those of Azure ML's SDK v1, late versions.

/// conda's own list of dependencies: match specifications and one map `pip` with requirements.
struct package_list {
    std::vector<std::string> conda{}, pip{};
    bool operator==(package_list const&) const = default;
};

/// A conda environment file.
struct conda_section {
    std::string name{};
    std::vector<std::string> channels{};
    package_list dependencies{};
    bool operator==(conda_section const&) const = default;
};

struct python_section {
    bool user_managed_dependencies = false;  ///< the target's own Python is used as it is
    std::string interpreter_path = "python";
    std::string conda_dependencies_file{};  ///< relative to the folder that the configuration was read for
    std::string base_conda_environment{};
    std::optional<conda_section> conda_dependencies{};  ///< none: what the target gives to everyone
    bool operator==(python_section const&) const = default;
};

struct registry_section {
    std::string address{}, username{};
    secret password{};                ///< from a file that was read; never written
    std::string password_variable{};  ///< estima's own: the environment variable that holds the password
    /// Passwords are not compared.
    bool operator==(registry_section const& other) const {
        return address == other.address && username == other.username && password_variable == other.password_variable;
    }
};

struct environment_docker_section {
    bool enabled = false;
    std::string base_image{}, base_dockerfile{};
    bool shared_volumes = true;
    std::optional<bool> gpu_support{};
    std::string shm_size = "2g";
    std::vector<std::string> arguments{};
    registry_section base_image_registry{};
    bool operator==(environment_docker_section const&) const = default;
};

struct spark_package_section {
    std::string group{}, artifact{}, version{};
    bool operator==(spark_package_section const&) const = default;
};

struct environment_spark_section {
    std::vector<std::string> repositories{};
    std::vector<spark_package_section> packages{};
    bool precache_packages = true;
    bool operator==(environment_spark_section const&) const = default;
};

struct databricks_section {
    json_text maven_libraries{"[]"}, pypi_libraries{"[]"}, rcran_libraries{"[]"}, jar_libraries{"[]"},
        egg_libraries{"[]"};
    json_text cluster{};
    bool operator==(databricks_section const&) const = default;
};

struct environment_section {
    std::string name{}, version{};
    /// Of the script's processes. Azure's default is a variable EXAMPLE_ENV_VAR; here it is none.
    std::map<std::string, std::string> environment_variables{};
    python_section python{};
    environment_docker_section docker{};
    environment_spark_section spark{};
    databricks_section databricks{};
    bool operator==(environment_section const&) const = default;
};

}  // namespace estima::inline v0_1
