// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <estima/index/byte_codec.hpp>
#include <estima/index/run_summary.hpp>

namespace estima::inline v0_1::detail {

/// How far a file was read, and what it looked like then.
struct file_position {
    std::uint64_t offset = 0;  ///< of the first byte that was not taken in
    std::uint64_t check = 0;   ///< of the bytes before the offset: tells whether the file was replaced
    std::uint64_t size = 0, inode = 0;
    std::int64_t changed = 0;  ///< nanoseconds since 1970
    bool operator==(file_position const&) const = default;
};

/// What a file looks like, from byte `offset` on not taken in.
inline file_position position_in(struct stat const& status, std::uint64_t offset = 0, std::uint64_t check = 0) {
    return {offset, check, static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_ino),
            status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// The newest point of a metric in one file.
struct newest_point {
    std::uint64_t file = 0;  ///< which of indexed_run::files
    double latest_time = 0;  ///< of all its points: a clock may be set back
    double value = 0, time = 0;
    std::optional<std::int64_t> step{};
};

/// What the index holds of a run: what is searched and told, and what it takes to read on.
struct indexed_run {
    run_summary summary;
    bool is_terminal = false;
    file_position journal{};
    std::int64_t metrics_changed = -1;  ///< of the folder, nanoseconds since 1970; -1 without one, -2 not known
    std::vector<std::pair<std::string, file_position>> files{};  ///< of the metrics folder, by name, as they were found
    std::map<std::string, std::vector<newest_point>> newest{};
};

/// Which values a search can ask for. Numbers are stored: never reorder.
enum class column_kind : std::uint8_t {
    attribute,
    tag,
    property,
    parameter,
    metric,
    metric_min,
    metric_max,
};

/// Tells every value that a search can ask for: `text(kind, name, value)`, `number(kind, name, value)`.
template <class Text, class Number>
void for_each_value(run_summary const& run, Text text, Number number) {
    using enum column_kind;
    auto told = [&text](std::string_view name, std::string_view value) {
        if (!value.empty()) text(attribute, name, value);
    };
    told("run_id", run.run_id);
    told("experiment", run.experiment);
    told("display_name", run.display_name);
    told("target", run.target);
    told("snapshot_id", run.snapshot_id);
    told("user", run.user);
    told("host", run.host);
    told("error_id", run.error_id);
    told("status", to_string(run.status));
    number(attribute, std::string_view{"created_time"}, run.created_time);
    if (run.start_time != 0) number(attribute, std::string_view{"start_time"}, run.start_time);
    if (run.end_time != 0) number(attribute, std::string_view{"end_time"}, run.end_time);
    for (auto const& [name, value] : run.tags) text(tag, std::string_view{name}, std::string_view{value});
    for (auto const& [name, value] : run.properties) text(property, std::string_view{name}, std::string_view{value});
    for (auto const& [name, value] : run.parameters) text(parameter, std::string_view{name}, std::string_view{value});
    // Each kind in the order of its names: whoever gathers them finds the next beside the last.
    for (auto const& [name, m] : run.metrics) number(metric, std::string_view{name}, m.last);
    for (auto const& [name, m] : run.metrics) number(metric_min, std::string_view{name}, m.min);
    for (auto const& [name, m] : run.metrics) number(metric_max, std::string_view{name}, m.max);
}

inline void put(byte_writer& out, file_position const& p) {
    out.put_size(p.offset);
    out.put(p.check);
    out.put_size(p.size);
    out.put_size(p.inode);
    out.put(p.changed);
}
inline file_position get_position(byte_reader& in) {
    file_position p;
    p.offset = in.get_size();
    p.check = in.get<std::uint64_t>();
    p.size = in.get_size();
    p.inode = in.get_size();
    p.changed = in.get<std::int64_t>();
    return p;
}

inline void put(byte_writer& out, std::map<std::string, std::string> const& texts) {
    out.put_size(texts.size());
    for (auto const& [name, value] : texts) {
        out.put_text(name);
        out.put_text(value);
    }
}
inline std::map<std::string, std::string> get_texts(byte_reader& in) {
    std::map<std::string, std::string> texts;
    for (std::uint64_t left = in.get_size(); left > 0; --left) {
        std::string_view const name = in.get_text();
        texts.emplace_hint(texts.end(), name, in.get_text());
    }
    return texts;
}

inline void put(byte_writer& out, std::optional<std::int64_t> step) {
    out.put(static_cast<std::uint8_t>(step.has_value()));
    if (step) out.put(*step);
}
inline std::optional<std::int64_t> get_step(byte_reader& in) {
    return in.get<std::uint8_t>() != 0 ? std::optional{in.get<std::int64_t>()} : std::nullopt;
}

/// The record of a run in the index, with its checksum.
inline std::string to_bytes(indexed_run const& run) {
    byte_writer out;
    out.reserve(2000);
    run_summary const& s = run.summary;
    for (std::string const* text : {&s.run_id, &s.experiment, &s.display_name, &s.target, &s.snapshot_id, &s.user,
                                    &s.host, &s.error_id})
        out.put_text(*text);
    out.put(static_cast<std::uint8_t>(s.status));
    for (double const time : {s.created_time, s.start_time, s.end_time}) out.put(time);
    put(out, s.tags);
    put(out, s.properties);
    put(out, s.parameters);
    put(out, run.journal);
    out.put(run.metrics_changed);
    out.put_size(run.files.size());
    for (auto const& [name, position] : run.files) {
        out.put_text(name);
        put(out, position);
    }
    out.put_size(s.metrics.size());
    auto newest = run.newest.begin();  // of the same names
    for (auto const& [name, m] : s.metrics) {
        out.put_text(name);
        for (double const value : {m.last, m.min, m.max, m.time}) out.put(value);
        out.put_size(m.count);
        put(out, m.step);
        auto const& points = (newest++)->second;
        out.put_size(points.size());
        for (newest_point const& p : points) {
            out.put_size(p.file);
            for (double const value : {p.latest_time, p.value, p.time}) out.put(value);
            put(out, p.step);
        }
    }
    return sealed_bytes(out.bytes());
}

/// Throws sqlite_failure if these are not the bytes of a run.
inline indexed_run indexed_run_from(std::string_view bytes) {
    byte_reader in{unsealed_bytes(bytes)};
    indexed_run run;
    run_summary& s = run.summary;
    for (std::string* text : {&s.run_id, &s.experiment, &s.display_name, &s.target, &s.snapshot_id, &s.user, &s.host,
                              &s.error_id})
        *text = in.get_text();
    std::uint8_t const status = in.get<std::uint8_t>();
    if (status >= run_status_count) throw_damaged("a run of the index has no status");
    s.status = static_cast<run_status>(status);
    run.is_terminal = is_terminal(s.status);
    for (double* time : {&s.created_time, &s.start_time, &s.end_time}) *time = in.get<double>();
    s.tags = get_texts(in);
    s.properties = get_texts(in);
    s.parameters = get_texts(in);
    run.journal = get_position(in);
    run.metrics_changed = in.get<std::int64_t>();
    for (std::uint64_t left = in.get_size(); left > 0; --left) {
        std::string_view const name = in.get_text();
        run.files.emplace_back(name, get_position(in));
    }
    for (std::uint64_t left = in.get_size(); left > 0; --left) {
        std::string const name{in.get_text()};
        metric_summary m;
        for (double* value : {&m.last, &m.min, &m.max, &m.time}) *value = in.get<double>();
        m.count = in.get_size();
        m.step = get_step(in);
        auto& points = run.newest[name];
        for (std::uint64_t more = in.get_size(); more > 0; --more) {
            newest_point p;
            p.file = in.get_size();
            if (p.file >= run.files.size()) throw_damaged("a metric of the index has no file");
            for (double* value : {&p.latest_time, &p.value, &p.time}) *value = in.get<double>();
            p.step = get_step(in);
            points.push_back(p);
        }
        s.metrics.emplace_hint(s.metrics.end(), name, m);
    }
    return run;
}

/// Tells the values of a run's record, as for_each_value does, without making anything of them: a search looks at many
/// records and for few of their values. The texts live as long as the bytes.
template <class Text, class Number>
void for_each_value_in(std::string_view bytes, Text text, Number number) {
    using enum column_kind;
    byte_reader in{unsealed_bytes(bytes)};
    for (std::string_view const name :
         {"run_id", "experiment", "display_name", "target", "snapshot_id", "user", "host", "error_id"})
        if (std::string_view const value = in.get_text(); !value.empty()) text(attribute, name, value);
    std::uint8_t const status = in.get<std::uint8_t>();
    if (status >= run_status_count) throw_damaged("a run of the index has no status");
    text(attribute, std::string_view{"status"}, to_string(static_cast<run_status>(status)));
    for (std::string_view const name : {"created_time", "start_time", "end_time"})
        if (double const time = in.get<double>(); time != 0 || name == "created_time") number(attribute, name, time);
    for (column_kind const kind : {tag, property, parameter})
        for (std::uint64_t left = in.get_size(); left > 0; --left) {
            std::string_view const name = in.get_text();
            text(kind, name, in.get_text());
        }
    get_position(in);
    in.get<std::int64_t>();
    for (std::uint64_t left = in.get_size(); left > 0; --left) {
        in.get_text();
        get_position(in);
    }
    for (std::uint64_t left = in.get_size(); left > 0; --left) {
        std::string_view const name = in.get_text();
        for (column_kind const kind : {metric, metric_min, metric_max}) number(kind, name, in.get<double>());
        in.get<double>();
        in.get_size();
        get_step(in);
        for (std::uint64_t more = in.get_size(); more > 0; --more) {
            in.get_size();
            in.raw(3 * sizeof(double));
            get_step(in);
        }
    }
}

}  // namespace estima::inline v0_1::detail
