// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace estima::inline v0_1 {

/// Who set which field of a run configuration. It is kept beside the value, not in it: equal configurations are equal
/// wherever they come from. Keys are as in files, with dots: "mpi.processCountPerNode",
/// "environment.environmentVariables.OMP_NUM_THREADS". What a key says holds for everything below it as well.
struct provenance {
    std::map<std::string, std::string, std::less<>>
        set_by{};  ///< "policy mpi", "field node_count", "train.runconfig:12"

    void set(std::string key, std::string by) { set_by.insert_or_assign(std::move(key), std::move(by)); }

    /// Empty if nothing is known.
    std::string_view of(std::string_view key) const {
        for (;;) {
            auto const found = set_by.find(key);
            if (found != set_by.end()) return found->second;
            auto const dot = key.rfind('.');
            if (dot == std::string_view::npos) return {};
            key = key.substr(0, dot);
        }
    }
};

}  // namespace estima::inline v0_1
