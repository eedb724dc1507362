// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace estima::inline v0_1 {

/// Values in static storage, for facts that are lists.
template <class T>
struct static_list {
    T const* first = nullptr;
    std::size_t size = 0;

    constexpr static_list() = default;
    constexpr static_list(T const* values, std::size_t number) : first{values}, size{number} {}
    template <std::size_t Size>
    constexpr static_list(T const (&values)[Size]) : first{values}, size{Size} {}  // NOLINT: implicit
    constexpr T const* begin() const { return first; }
    constexpr T const* end() const { return first + size; }
    constexpr bool empty() const { return size == 0; }
    constexpr bool operator==(static_list const& other) const {
        if (size != other.size) return false;
        for (std::size_t i = 0; i < size; ++i)
            if (!(first[i] == other.first[i])) return false;
        return true;
    }
    constexpr bool contains(T const& value) const {
        for (T const& one : *this)
            if (one == value) return true;
        return false;
    }
};
using name_list = static_list<std::string_view>;

/// A variable of the script's environment, in static storage.
struct named_value {
    std::string_view name, value;
    constexpr bool operator==(named_value const&) const = default;
};

/// What a version of a framework adds to an environment that is prepared for the run.
struct framework_version {
    std::string_view version;
    name_list pip_packages;
    std::string_view cpu_image{}, gpu_image{};
    name_list gpu_pip_packages{};  ///< instead of the others on nodes with GPUs; empty: the same
    std::string_view python{};     ///< "python=3.8", where it needs another than Azure's environments have (3.6.2)

    constexpr name_list const& packages(bool with_gpus) const {
        return with_gpus && !gpu_pip_packages.empty() ? gpu_pip_packages : pip_packages;
    }
    constexpr bool operator==(framework_version const&) const = default;
};

}  // namespace estima::inline v0_1
