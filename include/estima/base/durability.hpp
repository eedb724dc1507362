// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// What that survives which is acknowledged of a run (docs/history.md says what each level costs).
enum class durability {
    process_death,  ///< the end of any process, however it ends: it is in the kernel
    power_loss,     ///< also the loss of power: it is on the disk
};

constexpr std::string_view to_string(durability d) {
    return d == durability::power_loss ? "power_loss" : "process_death";
}

/// The level of that name; what is no such name is `process_death`.
constexpr durability durability_from(std::string_view name) {
    return name == to_string(durability::power_loss) ? durability::power_loss : durability::process_death;
}

}  // namespace estima::inline v0_1
