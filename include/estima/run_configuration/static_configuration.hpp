// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

#include <estima/base/bytes.hpp>
#include <estima/base/static_sha256.hpp>
#include <estima/policy/facts.hpp>

namespace estima::inline v0_1 {

/// The part of a run configuration that an estimator's type decides, as a constant: `lowered<Estimator>`. Members have
/// the names of run_configuration's. What the type leaves open is a count that is not given, or empty.
struct static_configuration {
    std::string_view target{}, framework{}, communicator{};
    count node_count{}, process_count_per_node{};
    count worker_count{}, parameter_server_count{};  ///< for "ParameterServer" and "MultiWorker", instead of processes
    std::string_view vm_size{}, vm_priority{};
    bool is_azure = false;

    // environment
    std::string_view environment_name{}, environment_version{};
    static_list<named_value> environment_variables{};
    bool user_managed_dependencies = false;
    std::string_view interpreter_path{};
    name_list conda_packages{}, pip_packages{};
    std::string_view conda_dependencies_file{}, pip_requirements_file{};
    bool docker_enabled = false;
    image_facts base_image{};
    bytes shm_size{};  ///< 0: Azure's default
    std::string_view bind_to{}, map_by{};
    count retries{};   ///< attempts after the first one
    static_list<retry_cause> retry_after{};

    constexpr bool operator==(static_configuration const&) const = default;
};

namespace detail {
/// Each value with its length before it, so that no two configurations make the same bytes.
class static_hash {
public:
    constexpr void add(std::string_view text) {
        add(text.size());
        hash_.update(text);
    }
    constexpr void add(unsigned long long number) {
        char digits[21]{};
        std::size_t size = 0;
        do digits[size++] = static_cast<char>('0' + number % 10);
        while ((number /= 10) > 0);
        hash_.update({digits, size}).update(" ");
    }
    constexpr void add(count const& c) {
        add(c.is_given ? (c.value < 0 ? 2ULL : 1ULL) : 0ULL);
        add(static_cast<unsigned long long>(c.value < 0 ? -static_cast<long long>(c.value) : c.value));
    }
    constexpr void add(named_value const& v) {
        add(v.name);
        add(v.value);
    }
    template <class T>
    constexpr void add(static_list<T> const& list) {
        add(list.size);
        for (T const& one : list) add(one);
    }
    constexpr hexadecimal_digest digest() { return hash_.digest(); }

private:
    static_sha256 hash_;
};
}  // namespace detail

/// SHA-256 of what the types decide, for `static_assert(hash(lowered<a>) == hash(lowered<b>))`. The fields that are
/// known when the program runs are not in it; hash(run_configuration) has them.
constexpr hexadecimal_digest hash(static_configuration const& c) {
    detail::static_hash h;
    for (std::string_view const text :
         {c.target, c.framework, c.communicator, c.vm_size, c.vm_priority, c.environment_name, c.environment_version,
          c.interpreter_path, c.conda_dependencies_file, c.pip_requirements_file, c.base_image.reference,
          c.base_image.registry_address, c.base_image.registry_username, c.base_image.registry_password_variable,
          c.bind_to, c.map_by})
        h.add(text);
    for (count const& number : {c.node_count, c.process_count_per_node, c.worker_count, c.parameter_server_count})
        h.add(number);
    for (bool const yes : {c.is_azure, c.user_managed_dependencies, c.docker_enabled}) h.add(yes ? 1ULL : 0ULL);
    h.add(c.environment_variables);
    h.add(c.conda_packages);
    h.add(c.pip_packages);
    h.add(c.shm_size.value);
    h.add(c.retries);
    for (retry_cause const& one : c.retry_after) {
        h.add(static_cast<unsigned long long>(one.is));
        h.add(count{one.number});
    }
    return h.digest();
}

}  // namespace estima::inline v0_1
