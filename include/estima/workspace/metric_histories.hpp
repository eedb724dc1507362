// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <estima/history/metric_history.hpp>
#include <estima/workspace/run.hpp>

namespace estima::inline v0_1 {

/// The history of one metric in several runs, by their ids, each as run::get_metric_history tells it: to plot them side
/// by side. A run that has not logged it has no points.
inline std::map<std::string, std::vector<metric_point>> metric_histories(std::vector<run> const& runs,
                                                                         std::string const& name,
                                                                         history_options const& options = {}) {
    std::map<std::string, std::vector<metric_point>> histories;
    for (run const& one : runs) histories.insert_or_assign(one.id(), one.get_metric_history(name, options));
    return histories;
}

}  // namespace estima::inline v0_1
