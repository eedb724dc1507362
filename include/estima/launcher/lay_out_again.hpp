// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/metric_files.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/launcher/lay_out.hpp>
#include <estima/system/files.hpp>
#include <estima/system/torn_line.hpp>

namespace estima::inline v0_1 {

namespace detail {
inline bool has_same_bytes(std::filesystem::path const& a, std::filesystem::path const& b) {
    std::error_code code;
    auto const size = std::filesystem::file_size(a, code);
    if (code || size != std::filesystem::file_size(b, code) || code) return false;
    try {
        return read_file(a) == read_file(b);
    } catch (error const&) {
        return false;
    }
}
}  // namespace detail

/// Moves all that is in one folder into another one. A file that both have is taken only if the two differ: what came
/// with the source directory stays what it is.
inline void take_over(std::filesystem::path const& from, std::filesystem::path const& to) {
    std::error_code code;
    std::vector<std::filesystem::path> found;
    for (std::filesystem::directory_iterator entry{from, code}, end; !code && entry != end; entry.increment(code))
        found.push_back(entry->path());
    if (found.empty()) return;
    make_directories(to);
    for (auto const& path : found) {
        auto const place = to / path.filename();
        auto const is = [&](std::filesystem::path const& p) { return std::filesystem::symlink_status(p, code).type(); };
        if (is(path) == std::filesystem::file_type::directory && is(place) == std::filesystem::file_type::directory) {
            take_over(path, place);
            continue;
        }
        if (is(place) == std::filesystem::file_type::regular && detail::has_same_bytes(path, place)) continue;
        if (is(place) == std::filesystem::file_type::directory) std::filesystem::remove_all(place, code);
        std::filesystem::rename(path, place, code);
        if (code) throw_file_error("cannot move", path, code.value());
    }
}

/// Scripts in any language add lines to metric files without a look at their ends: a line that a killed one left torn
/// would take the next attempt's first one with it. No process of the run lives.
inline void close_torn_metrics(run_directory const& run) {
    for (metric_file const& file : metric_files(run.metrics()))
        if (!file.is_points) (void)close_torn_line(file.path.c_str());  // a full disk: then this line is lost
}

/// What a script finds at a next attempt: its source anew, and ./outputs and ./logs as the earlier ones left them.
/// Returns what is in ./outputs of the source. `source` as for lay_out(). EST-414 if it cannot be done.
inline outputs_before lay_out_again(run_directory const& run, std::string const& snapshot_id,
                                    std::filesystem::path const& source = {}) {
    std::filesystem::path const next = run.path / "code.next";
    auto const move_results = [](std::filesystem::path const& from, std::filesystem::path const& to) {
        for (char const* const folder : {"outputs", "logs"}) take_over(from / folder, to / folder);
    };
    try {
        std::error_code code;
        if (std::filesystem::exists(next, code)) move_results(next, run.code());  // somebody was killed here
        std::filesystem::remove_all(next, code);
        make_directories(run.metrics());
        make_directories(run.system_logs());
        close_torn_metrics(run);
        restore_snapshot(run.snapshots(), snapshot_id, next, source);
        make_directories(next / "outputs");
        make_directories(next / "logs");
        outputs_before before{next / "outputs"};
        move_results(run.code(), next);
        std::filesystem::remove_all(run.code(), code);
        std::filesystem::rename(next, run.code(), code);
        if (code) throw_file_error("cannot move", next, code.value());
        return before;
    } catch (error const& e) {
        throw error{"EST-414",
                    {.what = "the files of the run cannot be laid out for its next attempt",
                     .why = to_run_error(e).message + note_if_full(run)}};
    }
}

/// For the newest attempt of a run.
inline outputs_before lay_out_attempt(run_directory const& run, run_record const& record) {
    return record.attempt() > 1 ? lay_out_again(run, record.snapshot_id, record.source_directory)
                                : lay_out(run, record.snapshot_id, record.source_directory);
}

}  // namespace estima::inline v0_1
