// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <simdjson.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <estima/history/run_record.hpp>
#include <estima/index/run_summary.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/json.hpp>
#include <estima/system/torn_line.hpp>

namespace estima::inline v0_1::detail {

/// Takes lines of a journal into what the index keeps of a run, with the meaning that run_record::apply gives them.
/// What our writers write is taken from simdjson's values, six times faster; all other lines by run_record itself.
class journal_lines {
public:
    /// Another journal, or the next part of one.
    void begin() { format_ = 0, attempts_ = 0; }
    /// That its first line told, if it was among the lines since begin(); 0 otherwise.
    int format() const { return format_; }
    /// Whether one of the lines since begin() told of a next attempt: who has not all lines of the journal cannot know
    /// whether it was told before.
    bool has_attempts() const { return attempts_ > 0; }

    void take(std::string_view line, run_summary& run) {
        if (line.size() > longest_event) return;
        line = without_torn_mark(line);
        if (line.empty()) return;
        object event;
        bool const is_usual = parser_.parse(line.data(), line.size()).get_object().get(event) == simdjson::SUCCESS &&
                              has_sorted_names(event) && take_usual(event, run);
        if (!is_usual) take_any(line, run);
    }

private:
    using object = simdjson::dom::object;
    using texts = std::map<std::string, std::string>;

    /// As we write them; so none is there twice.
    static bool has_sorted_names(object const& o) {
        std::string_view before;
        bool is_first = true;
        for (auto const& member : o) {
            if (!std::exchange(is_first, false) && member.key <= before) return false;
            before = member.key;
        }
        return true;
    }

    /// The text of a member; empty if there is none. False if it is no text.
    static bool read(object const& o, std::string_view name, std::string_view& text) {
        auto const error = o.at_key(name).get_string().get(text);
        return error == simdjson::SUCCESS || error == simdjson::NO_SUCH_FIELD;
    }
    /// The texts of a member; those that were there if there is none. False if it is anything else.
    static bool read(object const& o, std::string_view name, texts& all) {
        object members;
        auto const error = o.at_key(name).get_object().get(members);
        if (error == simdjson::NO_SUCH_FIELD) return true;
        if (error != simdjson::SUCCESS || !has_sorted_names(members)) return false;
        all.clear();
        for (auto const& [key, value] : members) {
            std::string_view text;
            if (value.get_string().get(text) != simdjson::SUCCESS) return false;
            all.emplace_hint(all.end(), key, text);
        }
        return true;
    }

    /// False, with nothing done, if a member has a type that ours do not have.
    bool take_usual(object const& event, run_summary& run) {
        std::string_view kind, time, name, value;
        if (!read(event, "event", kind) || !read(event, "time", time)) return false;
        if (kind == "created") return take_created(event, utc_seconds(time), run);
        if (kind == "status") {
            if (event.at_key("error").error() != simdjson::NO_SUCH_FIELD || !read(event, "status", value)) return false;
            if (auto const s = parse_run_status(value); s && is_believed(run.status, *s))
                set_status(run, *s, utc_seconds(time));
        } else if (kind == "attempt") {
            return false;
        } else if (kind == "display_name" || kind == "experiment") {
            if (!read(event, "value", value)) return false;
            (kind == "display_name" ? run.display_name : run.experiment) = value;
        } else if (kind == "untag") {
            if (!read(event, "name", name)) return false;
            run.tags.erase(std::string{name});
        } else if (kind == "tag" || kind == "property" || kind == "parameter") {
            if (!read(event, "name", name) || !read(event, "value", value)) return false;
            if (kind == "tag")
                run.tags.insert_or_assign(std::string{name}, value);
            else
                (kind == "property" ? run.properties : run.parameters).emplace(name, value);
        }
        return true;  // of all other events nothing is kept
    }

    bool take_created(object const& event, double time, run_summary& run) {
        if (is_made(run)) return true;
        constexpr std::array names{"run_id", "experiment", "display_name", "target", "user", "host", "snapshot_id"};
        std::array const places{&run.run_id, &run.experiment, &run.display_name, &run.target,
                                &run.user,   &run.host,       &run.snapshot_id};
        std::array<std::string_view, names.size()> values;
        std::string_view source_directory;
        texts tags{run.tags}, properties{run.properties}, parameters{run.parameters};
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!read(event, names[i], values[i])) return false;
        if (!read(event, "source_directory", source_directory) || !read(event, "tags", tags) ||
            !read(event, "properties", properties) || !read(event, "parameters", parameters))
            return false;
        if (run.run_id.empty() && !read_format(event)) return false;
        for (std::size_t i = 0; i < names.size(); ++i) *places[i] = values[i];
        run.tags = std::move(tags);
        run.properties = std::move(properties);
        run.parameters = std::move(parameters);
        run.created_time = time;
        return true;
    }

    bool read_format(object const& event) {
        std::int64_t format = 0;
        auto const error = event.at_key("format").get_int64().get(format);
        if (error != simdjson::NO_SUCH_FIELD && (error != simdjson::SUCCESS || !std::in_range<int>(format)))
            return false;
        format_ = static_cast<int>(format);
        return true;
    }

    static void set_status(run_summary& run, run_status s, double time) {
        run.status = s;
        if (s == run_status::running && run.start_time == 0) run.start_time = time;
        if (is_terminal(s)) run.end_time = time;
    }

    /// run_record says what an event means.
    void take_any(std::string_view line, run_summary& run) {
        json const event = json::parse(line, nullptr, false);
        if (!event.is_object()) return;
        run_record record;
        record.format = format_;
        record.run_id = run.run_id;
        record.experiment = run.experiment;
        record.display_name = run.display_name;
        record.target = run.target;
        record.snapshot_id = run.snapshot_id;
        record.user = run.user;
        record.host = run.host;
        record.created = run.created_time;
        record.status = run.status;
        record.attempts.resize(attempts_);
        record.tags = std::move(run.tags);
        record.properties = std::move(run.properties);
        record.parameters = std::move(run.parameters);
        try {
            record.apply(event);
        } catch (json::exception const&) {  // a member of another type than ours; what came before it counts
        }
        format_ = record.format;
        attempts_ = record.attempts.size();
        run.run_id = record.run_id;
        run.experiment = record.experiment;
        run.display_name = record.display_name;
        run.target = record.target;
        run.snapshot_id = record.snapshot_id;
        run.user = record.user;
        run.host = record.host;
        run.created_time = record.created;
        run.tags = std::move(record.tags);
        run.properties = std::move(record.properties);
        run.parameters = std::move(record.parameters);
        for (status_change const& c : record.status_changes)
            if (c.status != run_status::not_started) set_status(run, c.status, c.time);
        if (record.error) run.error_id = record.error->id;
    }

    simdjson::dom::parser parser_;
    int format_ = 0;
    std::size_t attempts_ = 0;
};

}  // namespace estima::inline v0_1::detail
