// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <estima/history/artifacts.hpp>
#include <estima/history/journal.hpp>
#include <estima/launcher/artifacts.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

namespace detail {
/// Writes lines into a journal some hundred at a time: a write for each would take as long as all the rest.
class journal_batch {
public:
    explicit journal_batch(journal& log) : log_{log} {}
    void tell(json event) {
        events_.push_back(std::move(event));
        if (events_.size() >= 256) flush();
    }
    void warn(std::string text) { tell({{"event", "warning"}, {"message", std::move(text)}}); }
    void flush() {
        if (!events_.empty()) log_.append_all(events_);
        events_.clear();
    }

private:
    journal& log_;
    std::vector<json> events_;
};
}  // namespace detail

/// Writes into the journal which files are in ./outputs below `name` ("outputs": all), and what of them is no artifact.
/// The last state of a name wins: what is recorded as it is gets no line, what was changed since says what it replaces,
/// and what is gone is said to be.
inline void record_outputs(run_directory const& run, outputs_before const& before, journal& log,
                           std::string const& name = "outputs") {
    std::vector<artifact_record> const recorded = artifacts_below(log.record(), name);
    std::vector<bool> is_there(recorded.size(), false);
    std::vector<std::string> const told = log.record().warnings;  // when a part of it was uploaded
    detail::journal_batch batch{log};
    auto const artifact = [&](artifact_record a) {
        auto const old = std::lower_bound(recorded.begin(), recorded.end(), a.path, artifact_order{});
        bool const is_known = old != recorded.end() && old->path == a.path;
        if (is_known) is_there[static_cast<std::size_t>(old - recorded.begin())] = true;
        if (is_known && *old == a) return;
        json event{{"event", "artifact"}, {"path", a.path}, {"bytes", a.bytes}, {"sha256", a.sha256}};
        if (is_known) event["replaces"] = old->sha256;
        batch.tell(std::move(event));
    };
    auto const warn = [&](std::string text) {
        if (std::find(told.begin(), told.end(), text) == told.end()) batch.warn(std::move(text));
    };
    artifact_collector{run, before, artifact, warn}.collect(name);
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        if (is_there[i]) continue;
        batch.tell({{"event", "artifact_gone"}, {"path", recorded[i].path}});
        batch.warn(shown(recorded[i].path) +
                   " is no artifact any more: it was there when it was uploaded, and is not now");
    }
    batch.flush();
}

}  // namespace estima::inline v0_1
