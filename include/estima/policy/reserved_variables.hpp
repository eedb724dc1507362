// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace estima::inline v0_1 {

/// Environment variables that the launcher and MPI set for each process. A job that set one itself would tell its
/// processes another place in the world than they have, so that they hang or compute nonsense.
inline constexpr std::string_view reserved_variables[]{
    "RANK",        "LOCAL_RANK",  "NODE_RANK", "GROUP_RANK", "WORLD_SIZE",
    "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TF_CONFIG",
};
inline constexpr std::string_view reserved_prefixes[]{"OMPI_",   "PMIX_",    "PMI_",    "ORTE_",
                                                      "ESTIMA_", "AZUREML_", "AZ_BATCH"};

constexpr bool is_reserved_variable(std::string_view name) {
    for (std::string_view const reserved : reserved_variables)
        if (name == reserved) return true;
    for (std::string_view const prefix : reserved_prefixes)
        if (name.substr(0, prefix.size()) == prefix) return true;
    return false;
}

}  // namespace estima::inline v0_1
