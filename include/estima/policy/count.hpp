// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace estima::inline v0_1 {

/// A number of nodes or processes. Left out (`{}`) it is not given: a policy then leaves it to the run-time fields,
/// and the fields leave it to the policy; given by neither it is 1, as in Azure ML.
struct count {
    int value = 1;
    bool is_given = false;
    bool is_contradicted = false;  ///< given in two places that disagree

    constexpr count() = default;
    constexpr count(int number) : value{number}, is_given{true} {}  // NOLINT: implicit, `.node_count = 4`

    /// Takes in a second place where the number may be given.
    constexpr void also(count other) {
        if (!other.is_given) return;
        if (is_given && value != other.value) is_contradicted = true;
        value = other.value;
        is_given = true;
    }
    constexpr bool operator==(count const&) const = default;
};

}  // namespace estima::inline v0_1
