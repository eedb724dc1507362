// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/base/find_in.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Parts of a node, as Open MPI names them. Words that deal ranks out over nodes are not among them: ranks fill one
/// node after the other, which is what all backends are told.
inline constexpr std::string_view parts_of_a_node[]{"hwthread", "core", "l1cache", "l2cache",
                                                    "l3cache",  "numa", "socket"};

constexpr bool is_part_of_a_node(std::string_view word) {
    for (std::string_view const one : parts_of_a_node)
        if (word == one) return true;
    return false;
}
}  // namespace detail

/// Words of mpirun's --bind-to.
constexpr bool is_binding(std::string_view word) { return word == "none" || detail::is_part_of_a_node(word); }

/// Words of mpirun's --map-by, alone or with "PE=" and a number from 1 to 9999.
constexpr bool is_mapping(std::string_view word) {
    std::size_t const colon = find_in(word, ':');
    std::string_view const part = word.substr(0, colon);
    if (part != "slot" && !detail::is_part_of_a_node(part)) return false;
    if (colon == std::string_view::npos) return true;
    std::string_view number = word.substr(colon + 1);
    if (number.substr(0, 3) != "PE=") return false;
    number.remove_prefix(3);
    for (char const c : number)
        if (c < '0' || c > '9') return false;
    return !number.empty() && number.size() <= 4 && number.front() != '0';
}

/// Whether mpirun takes both, of which each may be empty. With "PE=" it binds processes by itself, to places that are
/// cores or hardware threads, and a core or a hardware thread has no second place of its kind.
constexpr bool goes_together(std::string_view binding, std::string_view mapping) {
    std::size_t const colon = find_in(mapping, ':');
    if (colon == std::string_view::npos) return true;
    bool const binds_to_core = binding == "core", binds_to_thread = binding == "hwthread";
    if (!binding.empty() && binding != "none" && !binds_to_core && !binds_to_thread) return false;
    bool const is_single = mapping.substr(colon) == ":PE=1";
    std::string_view const part = mapping.substr(0, colon);
    if (part == "hwthread") return is_single && !binds_to_core;
    return part != "core" || is_single || binds_to_thread;
}

}  // namespace estima::inline v0_1
