// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

#include <estima/policy/count.hpp>

namespace estima::inline v0_1 {

/// Names in static storage, for facts that are lists.
struct name_list {
    std::string_view const* first = nullptr;
    std::size_t size = 0;

    constexpr name_list() = default;
    template <std::size_t Size>
    constexpr name_list(std::string_view const (&names)[Size]) : first{names}, size{Size} {}  // NOLINT: implicit
    constexpr bool contains(std::string_view name) const {
        for (std::size_t i = 0; i < size; ++i)
            if (first[i] == name) return true;
        return false;
    }
};

/// What is so far known of something that only the running program can see.
enum class known : unsigned char { unknown, no, yes };

/// Everything that a rule may look at. Each policy tells its part (`static constexpr void tell(facts&)`); submit adds
/// the run-time fields and what it finds on the disk. A fact that is not known breaks no rule.
struct facts {
    struct {
        bool has_a_stranger = false;  ///< a template argument that is no policy
        bool fills_a_slot_twice = false;
    } description{};

    struct {
        std::string_view name = "generic";
        std::string_view azure_name = "Python";  ///< the `framework` of the run configuration
        std::string_view version{};              ///< empty: whatever is installed
        name_list backends{};                    ///< names of the distribution backends that it can use
        bool trains_on_one_node = false;
        bool is_executable = false;  ///< the entry is a program, not a Python script
    } framework{};

    struct {
        std::string_view name = "local";
        int max_nodes = 1;
    } target{};

    struct {
        std::string_view name = "single_process";
        std::string_view communicator = "None";  ///< Azure's word in the run configuration
        bool distributes = false;                ///< can start several processes
    } backend{};

    struct {
        bool user_managed = true;
        std::string_view interpreter_path{};  ///< empty: "python3"
        bool interpreter_is_contradicted = false;
    } environment{};

    count node_count{};
    count process_count_per_node{};

    struct {
        known source_directory_exists = known::unknown;
        known entry_is_inside = known::unknown;
        known entry_is_executable = known::unknown;
        known interpreter_is_found = known::unknown;
        known interpreter_is_given = known::unknown;
        known sets_reserved_variable = known::unknown;
        known texts_can_be_passed = known::unknown;
        known names_are_given_once = known::unknown;
        known max_run_duration_makes_sense = known::unknown;
    } seen{};
};

}  // namespace estima::inline v0_1
