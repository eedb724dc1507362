// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <estima/history/status.hpp>

namespace estima::inline v0_1 {

/// What is known of one metric of a run without reading all its points.
struct metric_summary {
    double last = 0;  ///< the newest value; of several processes', that of the latest time
    double min = std::nan("");
    double max = std::nan("");           ///< min and max: not-a-number if no value is a number
    std::optional<std::int64_t> step{};  ///< of the newest value
    double time = 0;                     ///< of the newest value, seconds since 1970; 0 if its line has none
    std::uint64_t count = 0;             ///< how many numbers were logged

    /// Not-a-number equals itself.
    friend bool operator==(metric_summary const& a, metric_summary const& b) {
        auto const same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
        return same(a.last, b.last) && same(a.min, b.min) && same(a.max, b.max) && a.step == b.step &&
               a.time == b.time && a.count == b.count;
    }
};

/// A run as a search finds it. `workspace::run(run_id)` has the rest.
struct run_summary {
    std::string run_id, experiment, display_name, target, snapshot_id, user, host;
    std::string error_id{};  ///< "EST-420"; empty if it did not fail
    run_status status = run_status::not_started;
    double created_time = 0;  ///< when it was submitted, seconds since 1970
    double start_time = 0;    ///< when its processes were running; 0 if they are not yet
    double end_time = 0;      ///< 0 if it is not over
    std::map<std::string, std::string> tags, properties, parameters;
    std::map<std::string, metric_summary> metrics;  ///< those that are numbers

    bool operator==(run_summary const&) const = default;
};

}  // namespace estima::inline v0_1
