// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <estima/environment/asked_packages.hpp>
#include <estima/estimator/basic_estimator.hpp>
#include <estima/policy/azure_words.hpp>
#include <estima/run_configuration/static_configuration.hpp>

namespace estima::inline v0_1 {

namespace detail {
// What Azure's estimators put into every environment that they prepare.
inline constexpr std::string_view azure_python = "python=3.6.2", azure_defaults = "azureml-defaults";
// Images of March and April 2020, for frameworks without one of their own.
inline constexpr std::string_view azure_cpu_image = "mcr.microsoft.com/azureml/base:intelmpi2018.3-ubuntu16.04";
inline constexpr std::string_view azure_gpu_image =
    "mcr.microsoft.com/azureml/base-gpu:intelmpi2018.3-cuda10.0-cudnn7-ubuntu16.04";

/// An environment is made for the run, and not the one used that is there.
constexpr bool is_prepared(facts const& f) {
    return f.environment.is_prepared() ||
           (!f.environment.is_user_managed && !f.framework.is_executable &&
            (!f.framework.version.empty() || f.target.is_azure));
}
/// An environment that is given whole, as a file or under a name, gets nothing from the framework.
constexpr framework_version added_version(facts const& f) {
    return is_prepared(f) && !f.environment.is_whole() ? f.framework.chosen_version() : framework_version{};
}
/// A name and nothing else: an environment that the workspace has already, and that is taken as it is there.
constexpr bool is_only_named(environment_facts const& e) {
    return !e.named.empty() && !e.is_user_managed && !e.has_packages() && e.image.reference.empty();
}
constexpr bool adds_azure_defaults(facts const& f) {
    return f.target.is_azure && is_prepared(f) && f.environment.conda_dependencies_file.empty() &&
           !is_only_named(f.environment);
}

/// The framework's version may need a newer Python than Azure's own.
constexpr std::string_view python_for(facts const& f) {
    framework_version const version = added_version(f);
    return !version.python.empty() ? version.python : azure_python;
}

// What goes into each list, one after the other. The user's own word wins.
struct collect_conda {
    template <class Add>
    static constexpr void from(facts const& f, Add const& add) {
        if (adds_azure_defaults(f) && !asks_for_package(f.environment, "python")) add(python_for(f));
        for (std::string_view const one : f.environment.conda_packages) add(one);
    }
};
struct collect_pip {
    template <class Add>
    static constexpr void from(facts const& f, Add const& add) {
        if (adds_azure_defaults(f) && !asks_for_package(f.environment, azure_defaults)) add(azure_defaults);
        framework_version const version = added_version(f);
        if (!version.version.empty())
            for (std::string_view const one : version.packages(f.has_gpus()))
                if (!asks_for_the_same(f, version, one)) add(one);
        for (std::string_view const one : f.environment.pip_packages) add(one);
    }
};
struct collect_variables {
    template <class Add>
    static constexpr void from(facts const& f, Add const& add) {
        auto is_own = [&f](std::string_view name) {
            for (named_value const& one : f.environment.variables)
                if (one.name == name) return true;
            return false;
        };
        if (is_prepared(f) || f.target.is_azure)  // Azure's estimators set them in the user's own environments too
            for (named_value const& one : f.framework.variables)
                if (!is_own(one.name)) add(one);
        for (named_value const& one : f.environment.variables) add(one);
    }
};

/// What Collect adds, in static storage.
template <class T, class Collect, any_estimator Estimator>
struct collected {
    static constexpr std::size_t size = [] {
        std::size_t n = 0;
        Collect::from(Estimator::policy_facts, [&n](T const&) { ++n; });
        return n;
    }();
    static constexpr auto values = [] {
        std::array<T, size + 1> list{};
        std::size_t n = 0;
        Collect::from(Estimator::policy_facts, [&](T const& one) { list[n++] = one; });
        return list;
    }();
    static constexpr static_list<T> list{values.data(), size};
};

constexpr image_facts image_for(facts const& f, bool is_container) {
    image_facts image = f.environment.image;
    if (!image.reference.empty() || !is_container || is_only_named(f.environment)) return image;
    framework_version const version = added_version(f);
    // A framework without an image for GPUs trains on the processors of nodes that have some, too.
    std::string_view const theirs = f.has_gpus() && !version.gpu_image.empty() ? version.gpu_image : version.cpu_image;
    image.reference = !theirs.empty() ? theirs : f.has_gpus() ? azure_gpu_image : azure_cpu_image;
    return image;
}

/// Azure's TensorflowConfiguration(worker_count, parameter_server_count=0) is what it has for workers alone.
constexpr std::string_view communicator_for(facts const& f) {
    bool const is_workers_alone = f.backend.communicator == multi_worker_communicator;
    return is_workers_alone && f.target.is_azure ? "ParameterServer" : f.backend.communicator;
}

template <any_estimator Estimator>
constexpr static_configuration lowered_policies() {
    constexpr facts const& f = Estimator::policy_facts;
    static_configuration c{.target = f.target.name,
                           .framework = f.framework.is_executable ? "Native" : f.backend.azure_framework,
                           .communicator = communicator_for(f),
                           .node_count = f.node_count,
                           .process_count_per_node = f.process_count_per_node,
                           .worker_count = f.backend.worker_count,
                           .parameter_server_count = f.backend.parameter_server_count,
                           .vm_size = f.target.vm_size,
                           .vm_priority = f.target.vm_priority,
                           .is_azure = f.target.is_azure};
    c.environment_name = f.environment.named;
    c.environment_version = f.environment.named_version;
    c.environment_variables = collected<named_value, collect_variables, Estimator>::list;
    c.user_managed_dependencies = !is_prepared(f);
    c.interpreter_path = f.environment.interpreter_path;
    c.conda_packages = collected<std::string_view, collect_conda, Estimator>::list;
    c.pip_packages = collected<std::string_view, collect_pip, Estimator>::list;
    c.conda_dependencies_file = f.environment.conda_dependencies_file;
    c.pip_requirements_file = f.environment.pip_requirements_file;
    bool const asks_for_container = !f.environment.image.reference.empty() || f.environment.shm_size != bytes{};
    c.docker_enabled = f.target.has_containers && (f.target.is_azure || asks_for_container);
    c.base_image = image_for(f, c.docker_enabled);
    c.shm_size = f.environment.shm_size;
    c.bind_to = f.backend.bind_to;
    c.map_by = f.backend.map_by;
    c.retries = f.retries.at_most;
    c.retry_after = f.retries.after;
    return c;
}
}  // namespace detail

/// What an estimator's type comes to, as a constant: `static_assert(lowered<job>.communicator == "Gloo")`.
template <any_estimator Estimator>
inline constexpr static_configuration lowered = detail::lowered_policies<Estimator>();

}  // namespace estima::inline v0_1
