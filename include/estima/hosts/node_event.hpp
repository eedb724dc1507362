// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <string>

#include <estima/history/journal.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

inline void warn_of_host(journal& log, std::string const& host, std::string const& text) {
    log.append({{"event", "warning"}, {"message", "on " + host + ": " + text}});
}

/// What a host has to offer, into the journal. `offset`: of its clock, in seconds.
inline void tell_of_host(journal& log, std::string const& host, json const& facts, double offset) {
    log.append({{"event", "node"},
                {"host", host},
                {"address", facts.value("address", "")},
                {"cores", whole_number(facts, "cores", 0)},
                {"gpus", whole_number(facts, "gpus", 0)},
                {"clock_offset_seconds", std::round(offset * 1000) / 1000},
                {"shares_the_workspace", facts.value("sees_the_run", false)}});
    if (std::abs(offset) > 2)
        warn_of_host(log, host,
                     "the clock is " + std::to_string(std::lround(std::abs(offset))) + " s " +
                         (offset > 0 ? "ahead" : "behind") +
                         "; the times that are logged there are corrected by as much");
}

}  // namespace estima::inline v0_1
