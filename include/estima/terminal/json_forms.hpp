// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>

#include <estima/history/run_details.hpp>
#include <estima/index/run_summary.hpp>
#include <estima/portal/human.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/json.hpp>
#include <estima/workspace/model.hpp>

/// What the commands print with --json. The keys are those of the C++ members and are listed in docs/terminal.md; a
/// key may come, none goes.
namespace estima::inline v0_1::terminal {

/// ISO 8601 in UTC; null if the time is not known.
inline json json_time(double seconds) { return portal::is_time(seconds) ? json(utc_text(seconds)) : json(nullptr); }

inline json json_form(metric_summary const& m) {
    return {{"last", json_number(m.last)}, {"min", json_number(m.min)},
            {"max", json_number(m.max)},   {"step", m.step ? json(*m.step) : json(nullptr)},
            {"time", json_time(m.time)},   {"count", m.count}};
}

inline json json_form(run_summary const& r) {
    json metrics = json::object();
    for (auto const& [name, m] : r.metrics) metrics[name] = json_form(m);
    return {{"run_id", r.run_id},
            {"experiment", r.experiment},
            {"display_name", r.display_name},
            {"status", to_string(r.status)},
            {"error_id", r.error_id},
            {"created_time", json_time(r.created_time)},
            {"start_time", json_time(r.start_time)},
            {"end_time", json_time(r.end_time)},
            {"target", r.target},
            {"user", r.user},
            {"host", r.host},
            {"snapshot_id", r.snapshot_id},
            {"tags", r.tags},
            {"properties", r.properties},
            {"parameters", r.parameters},
            {"metrics", metrics}};
}

inline json json_form(artifact_record const& a) {
    return {{"path", a.path}, {"bytes", a.bytes}, {"sha256", a.sha256}, {"media_type", a.media_type()}};
}

inline json json_form(host_record const& h) {
    return {{"host", h.host},
            {"system", h.system},
            {"distribution", h.distribution},
            {"processor", h.processor},
            {"processors", h.processors},
            {"cores", h.cores},
            {"memory_bytes", h.memory_bytes},
            {"gpus", h.gpus},
            {"interpreter", h.interpreter},
            {"python_version", h.python_version},
            {"packages", h.packages},
            {"environment_fingerprint", h.environment_fingerprint}};
}

inline json json_form(rank_record const& r) {
    return {{"rank", r.rank},
            {"host", r.host},
            {"exit_code", r.exit_code ? json(*r.exit_code) : json(nullptr)},
            {"signal", r.signal},
            {"wall_seconds", r.wall_seconds},
            {"user_seconds", r.user_seconds},
            {"system_seconds", r.system_seconds},
            {"peak_memory_bytes", r.peak_memory_bytes}};
}

/// A run as `show` tells it: its summary and what else stands in its journal.
inline json json_form(run_summary const& summary, run_details const& d) {
    json j = json_form(summary);
    if (!d.waits_for.empty()) j["waits_for"] = d.waits_for;
    json attempts = json::array();
    for (attempt_record const& a : d.attempts) {
        json of_it = json::array();
        for (rank_record const& r : a.ranks) of_it.push_back(json_form(r));
        attempts.push_back({{"number", a.number},
                            {"start_time", json_time(a.start_time)},
                            {"end_time", json_time(a.end_time)},
                            {"cause", a.cause},
                            {"error", a.error ? to_json(*a.error) : json(nullptr)},
                            {"ranks", of_it}});
    }
    json ranks = json::array(), hosts = json::array(), artifacts = json::array(), models = json::array();
    for (rank_record const& r : d.ranks) ranks.push_back(json_form(r));
    for (host_record const& h : d.hosts) hosts.push_back(json_form(h));
    for (artifact_record const& a : d.artifacts) artifacts.push_back(json_form(a));
    for (model_record const& m : d.models)
        models.push_back({{"name", m.name}, {"version", m.version}, {"path", m.path}});
    j.update({{"error", d.error ? to_json(*d.error) : json(nullptr)},
              {"warnings", d.warnings},
              {"log_files", d.log_files},
              {"ranks", ranks},
              {"attempts", attempts},
              {"hosts", hosts},
              {"description", d.description},
              {"artifacts", artifacts},
              {"models", models}});
    return j;
}

}  // namespace estima::inline v0_1::terminal
