// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <estima/history/run_record.hpp>
#include <estima/index/plain_json.hpp>
#include <estima/index/run_summary.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/json.hpp>

namespace estima::inline v0_1::detail {

/// Takes lines of a journal into what the index keeps of a run, with the meaning that run_record::apply gives them.
/// Plain lines are taken by hand; all others, and lines that foreign writers made, by run_record itself.
class journal_lines {
public:
    void take(std::string_view line, run_summary& run) {
        if (line.empty()) return;
        if (!plain_.read(line) || !take_plain(run)) take_any(line, run);
    }

private:
    /// The text of a member; empty if there is none. False if it is no text.
    bool text(std::string_view key, std::string_view& out) const {
        plain_member const* const member = plain_.find(key);
        out = member != nullptr ? member->text : std::string_view{};
        return member == nullptr || member->is_text;
    }

    bool take_plain(run_summary& run) {
        std::string_view kind, time, name, value;
        if (!text("event", kind) || !text("time", time)) return false;
        if (kind == "created") return take_created(time, run);
        if (kind == "status") {
            if (plain_.find("error") != nullptr || !text("status", value)) return false;
            if (auto const s = parse_run_status(value); s && may_follow(run.status, *s))
                set_status(run, *s, utc_seconds(time));
        } else if (kind == "tag" || kind == "property" || kind == "parameter") {
            if (!text("name", name) || !text("value", value)) return false;
            if (kind == "tag")
                run.tags.insert_or_assign(std::string{name}, value);
            else
                (kind == "property" ? run.properties : run.parameters).emplace(name, value);
        }
        return true;  // of all other events nothing is kept
    }

    bool take_created(std::string_view time, run_summary& run) {
        std::pair<std::string_view, std::string*> const texts[]{
            {"run_id", &run.run_id},           {"experiment", &run.experiment}, {"display_name", &run.display_name},
            {"target", &run.target},           {"user", &run.user},             {"host", &run.host},
            {"snapshot_id", &run.snapshot_id}, {"source_directory", nullptr}};
        std::pair<std::string_view, std::map<std::string, std::string>*> const maps[]{
            {"tags", &run.tags}, {"properties", &run.properties}, {"parameters", &run.parameters}};
        // First look, then take: a member of another kind ends this, with nothing done.
        for (plain_member const& m : plain_.members())
            for (auto const& [name, map] : maps)
                if (m.object == name && !m.is_text) return false;
        for (auto const& [name, map] : maps)
            if (plain_member const* m = plain_.find(name); m != nullptr && m->is_text) return false;
        for (auto const& [name, target] : texts)
            if (plain_member const* m = plain_.find(name); m != nullptr && !m->is_text) return false;
        for (auto const& [name, target] : texts) {
            plain_member const* const m = plain_.find(name);
            if (target != nullptr) *target = m != nullptr ? m->text : std::string_view{};
        }
        for (auto const& [name, map] : maps)
            if (plain_.find(name) != nullptr) map->clear();
        for (plain_member const& m : plain_.members())
            for (auto const& [name, map] : maps)
                if (m.object == name) map->emplace_hint(map->end(), m.key, m.text);
        run.created_time = utc_seconds(time);
        return true;
    }

    static void set_status(run_summary& run, run_status s, double time) {
        run.status = s;
        if (s == run_status::running && run.start_time == 0) run.start_time = time;
        if (is_terminal(s)) run.end_time = time;
    }

    /// run_record says what an event means.
    static void take_any(std::string_view line, run_summary& run) {
        json const event = json::parse(line, nullptr, false);
        if (!event.is_object()) return;
        run_record record;
        record.run_id = run.run_id;
        record.experiment = run.experiment;
        record.display_name = run.display_name;
        record.target = run.target;
        record.snapshot_id = run.snapshot_id;
        record.user = run.user;
        record.host = run.host;
        record.created = run.created_time;
        record.status = run.status;
        record.tags = std::move(run.tags);
        record.properties = std::move(run.properties);
        record.parameters = std::move(run.parameters);
        try {
            record.apply(event);
        } catch (json::exception const&) {  // a member of another type than ours; what came before it counts
        }
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

    plain_json plain_;
};

}  // namespace estima::inline v0_1::detail
