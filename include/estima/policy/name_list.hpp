// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace estima::inline v0_1 {

/// Texts in static storage, for facts that are lists.
struct name_list {
    std::string_view const* first = nullptr;
    std::size_t size = 0;

    constexpr name_list() = default;
    template <std::size_t Size>
    constexpr name_list(std::string_view const (&names)[Size]) : first{names}, size{Size} {}  // NOLINT: implicit
    constexpr std::string_view const* begin() const { return first; }
    constexpr std::string_view const* end() const { return first + size; }
    constexpr bool empty() const { return size == 0; }
    constexpr bool contains(std::string_view name) const {
        for (std::string_view const one : *this)
            if (one == name) return true;
        return false;
    }
};

/// A variable of the script's environment, in static storage.
struct named_value {
    std::string_view name, value;
};

/// What a version of a framework adds to an environment that is prepared for the run.
struct framework_version {
    std::string_view version;
    name_list pip_packages;
    std::string_view cpu_image{}, gpu_image{};
};

/// Anything in static storage that comes in numbers.
template <class T>
struct static_list {
    T const* first = nullptr;
    std::size_t size = 0;

    constexpr static_list() = default;
    template <std::size_t Size>
    constexpr static_list(T const (&values)[Size]) : first{values}, size{Size} {}  // NOLINT: implicit
    constexpr T const* begin() const { return first; }
    constexpr T const* end() const { return first + size; }
    constexpr bool empty() const { return size == 0; }
};

}  // namespace estima::inline v0_1
