// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <estima/base/durability.hpp>
#include <estima/history/host_record.hpp>
#include <estima/history/media_type.hpp>
#include <estima/history/status.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1 {

/// Why a run failed, or was cancelled.
struct run_error {
    std::string id;       ///< "EST-421"
    std::string message;  ///< one sentence
    std::optional<int> rank{};
    std::string host{};
    std::optional<int> exit_code{};
    std::string signal{};                    ///< "SIGSEGV"; empty if it exited
    std::vector<std::string> stderr_tail{};  ///< the last lines of that rank's standard error, 20 at most
};

/// One process of the script.
struct rank_record {
    int rank = 0;
    std::string host{};
    int pid = 0;
    double start_time = 0;  ///< seconds since 1970
    bool ended = false;
    bool rest_told = false;  ///< of its processes that the script did not wait for: what they used is in the sums
    std::optional<int> exit_code{};
    std::string signal{};
    bool ended_on_request = false;  ///< told to end, by a cancel, a time limit or another rank's failure
    double wall_seconds = 0, user_seconds = 0, system_seconds = 0;
    std::uint64_t peak_memory_bytes = 0;
};

struct artifact_record {
    std::string path;  ///< relative to the script's folder: "outputs/model.pkl"
    std::uint64_t bytes = 0;
    std::string sha256;

    /// What it is by its extension: "image/png".
    std::string_view media_type() const { return media_type_of(path); }
    bool operator==(artifact_record const&) const = default;
};

/// The order of artifacts: a folder's files together, at the place of the folder's name among its neighbours.
struct artifact_order {
    bool operator()(std::string_view a, std::string_view b) const {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return y != '/' && (x == '/' || static_cast<unsigned char>(x) < static_cast<unsigned char>(y));
        });
    }
    bool operator()(artifact_record const& a, std::string_view path) const { return (*this)(a.path, path); }
};

/// A version of a model that was registered from this run.
struct model_record {
    std::string name;
    int version = 0;
    std::string path;  ///< what was registered: "outputs/model.pkl"
    bool operator==(model_record const&) const = default;
};

/// Bytes of a line of a journal, at most: a longer one is no event, and is passed over without being kept in memory.
inline constexpr std::size_t longest_event = std::size_t{16} << 20U;

struct status_change {
    run_status status = run_status::not_started;
    double time = 0;  ///< seconds since 1970
};

/// An attempt of a run that ended early and was followed by another one.
struct attempt_record {
    int number = 1;
    double start_time = 0, end_time = 0;  ///< seconds since 1970
    std::string cause{};                  ///< why there is a next one, in the words of retries: "node_failure"
    std::optional<run_error> error{};     ///< how it ended
    std::vector<std::string> lost_hosts{};
    std::vector<rank_record> ranks{};
};

/// A run as its journal tells it: the sum of all events so far.
struct run_record {
    std::string run_id, experiment, display_name, description, target, snapshot_id, source_directory, user, host;
    double created = 0;  ///< seconds since 1970
    run_status status = run_status::not_started;
    std::vector<status_change> status_changes;
    std::map<std::string, std::string> tags, properties, parameters;
    std::vector<rank_record> ranks;  ///< of the newest attempt, in the order of their numbers
    std::vector<attempt_record> attempts;  ///< those before it
    std::vector<host_record> hosts;  ///< in the order in which they began
    std::vector<artifact_record> artifacts;  ///< by name, the files of a folder together: see artifact_order
    std::vector<model_record> models;
    std::vector<std::string> warnings;
    std::unordered_set<std::string> warnings_told;  ///< the same, each with its time
    std::optional<run_error> error;
    int format = 0;                                                    ///< of its journal; 0: written by 0.1
    estima::durability durability = estima::durability::process_death;  ///< of its journal, metrics and outputs
    int supervisor_pid = 0;
    std::string supervisor_host{};
    int requeues = 0;  ///< how many of the attempts a batch system began, by putting its job back into the queue
    std::string interrupted_by{};  ///< the signal by which others than estima ended the newest attempt's supervisor
    std::string waits_for{};  ///< why it is Queued, in the words of who has it in a queue: "Resources"
    std::uint64_t supervisor_start_ticks = 0;  ///< field 22 of /proc/PID/stat: tells a pid from its later reuse
    double cancel_grace_seconds = 0;           ///< what the canceller allows between SIGTERM and SIGKILL
    int lines_ignored = 0;                     ///< torn or foreign lines of the journal
    int lines_passed_over = 0;  ///< lines that tell once more, or out of their turn, what became of the run

    /// Takes one event in. Unknown events are left alone: a newer writer may say more.
    void apply(json const& event);

    /// Whether the journal told that the run was made, or what became of it. Of every run it does, until that is lost.
    bool is_known() const { return !status_changes.empty(); }
    /// The number of the newest attempt, from 1.
    int attempt() const { return static_cast<int>(attempts.size()) + 1; }
    /// Whether a next attempt may begin now: the run is neither over nor to be ended, nor before its processes.
    bool may_be_tried_again() const {
        return status != run_status::cancel_requested && status != run_status::not_started && !is_terminal(status);
    }

    /// When it entered that state for the first time; 0 if it never did.
    double time_of(run_status s) const {
        for (status_change const& c : status_changes)
            if (c.status == s) return c.time;
        return 0;
    }
};

inline json to_json(run_error const& e) {
    json j{{"id", e.id}, {"message", e.message}};
    if (e.rank) j["rank"] = *e.rank;
    if (!e.host.empty()) j["host"] = e.host;
    if (e.exit_code) j["exit_code"] = *e.exit_code;
    if (!e.signal.empty()) j["signal"] = e.signal;
    if (!e.stderr_tail.empty()) j["stderr_tail"] = e.stderr_tail;
    return j;
}

namespace detail {
inline std::optional<int> optional_int(json const& j, char const* key) {
    return j.contains(key) && j[key].is_number_integer() ? std::optional{whole_number<int>(j[key])} : std::nullopt;
}

inline run_error run_error_from(json const& j) {
    run_error e{j.value("id", ""), j.value("message", "")};
    e.rank = optional_int(j, "rank");
    e.host = j.value("host", "");
    e.exit_code = optional_int(j, "exit_code");
    e.signal = j.value("signal", "");
    e.stderr_tail = j.value("stderr_tail", std::vector<std::string>{});
    return e;
}

/// The newest attempt is over, and the run waits for the next one.
inline void begin_attempt(run_record& run, json const& event, double time) {
    attempt_record over{.number = run.attempt(), .end_time = time, .cause = event.value("cause", ""), .ranks = {}};
    over.start_time = run.attempts.empty() ? run.created : run.attempts.back().end_time;
    if (event.contains("error")) over.error = run_error_from(event["error"]);
    over.lost_hosts = event.value("lost_hosts", over.lost_hosts);
    over.ranks = std::move(run.ranks);
    run.ranks.clear();
    run.attempts.push_back(std::move(over));
    run.status = run_status::queued;
    run.status_changes.push_back({run.status, time});
    run.cancel_grace_seconds = 0;
    run.interrupted_by.clear();
    run.requeues = std::max(run.requeues, whole_number(event, "requeues", 0));
}

/// Whether what is known of a run, in a run_record or a run_summary, has it from the line that made the run.
template <class Run>
bool is_made(Run const& run) {
    return !(run.host.empty() && run.user.empty() && run.target.empty() && run.snapshot_id.empty());
}

inline rank_record& rank_of(run_record& run, json const& event) {
    int const rank = whole_number(event, "rank", 0);
    auto place = std::lower_bound(run.ranks.begin(), run.ranks.end(), rank,
                                  [](rank_record const& r, int wanted) { return r.rank < wanted; });
    if (place == run.ranks.end() || place->rank != rank) place = run.ranks.insert(place, rank_record{.rank = rank});
    return *place;
}

inline void add_use(rank_record& r, json const& event) {
    r.user_seconds += event.value("user_seconds", 0.0);
    r.system_seconds += event.value("system_seconds", 0.0);
    r.peak_memory_bytes = std::max(r.peak_memory_bytes, whole_number(event, "peak_memory_bytes", std::uint64_t{0}));
}
}  // namespace detail

inline void run_record::apply(json const& event) {
    std::string const kind = event.value("event", "");
    double const time = utc_seconds(event.value("time", ""));
    if (kind == "created") {
        if (detail::is_made(*this)) return void(++lines_passed_over);  // what was changed since would be forgotten
        if (run_id.empty()) format = whole_number(event, "format", 0);
        run_id = event.value("run_id", "");
        experiment = event.value("experiment", "");
        display_name = event.value("display_name", "");
        target = event.value("target", "");
        snapshot_id = event.value("snapshot_id", "");
        source_directory = event.value("source_directory", "");
        user = event.value("user", "");
        host = event.value("host", "");
        durability = durability_from(event.value("durability", ""));
        tags = event.value("tags", tags);
        properties = event.value("properties", properties);
        parameters = event.value("parameters", parameters);
        created = time;
        status_changes.push_back({run_status::not_started, time});
    } else if (kind == "status") {
        auto const s = parse_run_status(event.value("status", ""));
        if (s && !is_believed(status, *s)) {  // of two writers whom no lock held apart, or moved
            ++lines_passed_over;
            return;
        }
        if (s) {
            status = *s;
            if (*s != run_status::queued) waits_for.clear();
            status_changes.push_back({*s, time});
        }
        if (event.contains("error")) error = detail::run_error_from(event["error"]);
        if (event.contains("grace_seconds")) cancel_grace_seconds = event["grace_seconds"].get<double>();
    } else if (kind == "attempt") {
        bool const is_next = whole_number(event, "number", attempt() + 1) > attempt();
        if (is_next && may_be_tried_again()) detail::begin_attempt(*this, event, time);
        else ++lines_passed_over;
    } else if (kind == "grace") {
        cancel_grace_seconds = std::min(cancel_grace_seconds, event.value("grace_seconds", cancel_grace_seconds));
    } else if (kind == "tag") {
        tags[event.value("name", "")] = event.value("value", "");
    } else if (kind == "untag") {
        tags.erase(event.value("name", ""));
    } else if (kind == "property") {
        properties.emplace(event.value("name", ""), event.value("value", ""));
    } else if (kind == "parameter") {
        parameters.emplace(event.value("name", ""), event.value("value", ""));
    } else if (kind == "display_name" || kind == "description" || kind == "experiment") {  // the last word counts
        std::string& text = kind == "display_name" ? display_name : kind == "description" ? description : experiment;
        text = event.value("value", "");
    } else if (kind == "supervisor") {
        supervisor_pid = whole_number(event, "pid", 0);
        supervisor_host = event.value("host", host);
        supervisor_start_ticks = whole_number(event, "start_ticks", std::uint64_t{0});
    } else if (kind == "interrupted") {
        interrupted_by = event.value("signal", "");
    } else if (kind == "waits") {
        waits_for = event.value("for", "");
    } else if (kind == "rank_start") {
        rank_record& r = detail::rank_of(*this, event);
        r.host = event.value("host", "");
        r.pid = whole_number(event, "pid", 0);
        r.start_time = time;
    } else if (kind == "host" || kind == "environment") {
        detail::take_host_event(hosts, event);
    } else if (kind == "rank_exit") {
        rank_record& r = detail::rank_of(*this, event);
        if (std::exchange(r.ended, true)) return void(++lines_passed_over);
        r.exit_code = detail::optional_int(event, "exit_code");
        r.signal = event.value("signal", "");
        r.ended_on_request = event.value("ended_on_request", false);
        r.wall_seconds = event.value("wall_seconds", 0.0);
        detail::add_use(r, event);
    } else if (kind == "rank_rest") {
        rank_record& r = detail::rank_of(*this, event);
        if (std::exchange(r.rest_told, true)) ++lines_passed_over;
        else detail::add_use(r, event);
    } else if (kind == "artifact" || kind == "artifact_gone") {  // the last word on a name counts
        artifact_record told{event.value("path", ""), whole_number(event, "bytes", std::uint64_t{0}),
                             event.value("sha256", "")};
        auto place = std::lower_bound(artifacts.begin(), artifacts.end(), told.path, artifact_order{});
        bool const is_there = place != artifacts.end() && place->path == told.path;
        if (is_there && kind == "artifact_gone") artifacts.erase(place);
        if (kind == "artifact_gone") return;
        if (!is_there) place = artifacts.insert(place, artifact_record{});
        *place = std::move(told);
    } else if (kind == "model") {
        model_record told{event.value("name", ""), whole_number(event, "version", 0), event.value("path", "")};
        if (std::find(models.begin(), models.end(), told) == models.end()) models.push_back(std::move(told));
    } else if (kind == "warning") {  // a line that is there twice says nothing new
        std::string message = event.value("message", "");
        if (warnings_told.insert(event.value("time", "") + message).second) warnings.push_back(std::move(message));
    }
}

}  // namespace estima::inline v0_1
