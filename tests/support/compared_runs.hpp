// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <estima/workspace/compare_runs.hpp>
#include <estima/workspace/workspace.hpp>

#include "fake_run.hpp"
#include "temporary_directory.hpp"

namespace estima_test {

/// Runs of one workspace, to be compared.
struct compared_runs {
    temporary_directory folder{};
    estima::workspace w = estima::workspace::open(folder / "workspace");
    std::vector<estima::run> runs{};

    /// One of what is in folder/source.
    estima::run const& add_run(estima::run_configuration const& c) {
        std::string const snapshot = estima::snapshot_store{w.path() / "snapshots"}.take(folder / "source").id;
        runs.emplace_back(estima::detail::create_run(w.path(), "digits", c, snapshot, "/source").directory);
        return runs.back();
    }
    /// "kind name: value value".
    std::vector<std::string> differences() const {
        std::vector<std::string> all;
        for (auto const& one : compare_runs(runs)) {
            std::string text = std::to_string(static_cast<int>(one.is)) + " " + one.name + ":";
            for (auto const& value : one.values) text += " " + value.value_or("none");
            all.push_back(text);
        }
        return all;
    }
};

}  // namespace estima_test
