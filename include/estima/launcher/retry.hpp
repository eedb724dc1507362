// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include <estima/estimator/retry_words.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/run_configuration/run_configuration.hpp>
#include <estima/system/signals.hpp>

namespace estima::inline v0_1 {

/// How a failed attempt ended, as far as retries tell ends apart.
inline retry_cause cause_of_end(run_error const& e) {
    if (e.id == "EST-722" || e.id == "EST-726" || e.id == "EST-762") return cause::node_failure;
    if (e.id == "EST-763") return cause::preemption;
    if (!e.signal.empty()) {
        for (int number = 1; number <= 64; ++number)
            if (signal_name(number) == e.signal) return cause::signal(number);
    }
    if (e.exit_code) return cause::exit_code(*e.exit_code);
    return cause::any_failure;
}

/// Whether the run's retries want another attempt after one that ended so. A time limit, and the end of the supervisor,
/// end the run: EST-423, EST-424, EST-761.
inline bool is_to_be_tried_again(run_configuration const& c, run_record const& run, run_error const& e,
                                 retry_cause const& how) {
    if (!c.retries || run.attempt() > c.retries->at_most || e.id == "EST-423" || e.id == "EST-424" || e.id == "EST-761")
        return false;
    std::vector<std::string> const& after = c.retries->after;
    if (after.empty()) return how == cause::node_failure || how == cause::preemption;
    return std::any_of(after.begin(), after.end(), [&how](std::string const& word) {
        auto const one = cause_of(word);
        return one && (*one == how || *one == cause::any_failure);
    });
}

/// The newest checkpoint in `code`/outputs of a run whose script can go on from one, as the script names it. Empty if
/// there is none.
inline std::string newest_checkpoint(run_configuration const& c, run_directory const& run) {
    if (!c.retries || c.retries->resume_from.empty()) return {};
    std::tuple<std::int64_t, std::int64_t, std::string> newest{-1, 0, ""};
    std::error_code code;
    for (std::filesystem::recursive_directory_iterator entry{run.outputs(), code}, end; !code && entry != end;
         entry.increment(code)) {
        std::string const name = entry->path().lexically_relative(run.code()).string();
        struct stat status {};
        if (::fnmatch(c.retries->resume_from.c_str(), name.c_str(), FNM_PATHNAME) != 0 ||
            ::stat(entry->path().c_str(), &status) != 0)
            continue;
        auto& [seconds, nanoseconds, path] = newest;
        std::tuple const time{std::int64_t{status.st_mtim.tv_sec}, std::int64_t{status.st_mtim.tv_nsec}};
        std::tuple const best{seconds, nanoseconds};
        // Of those of one moment the one with the higher number in its name.
        if (time > best || (time == best && ::strverscmp(name.c_str(), path.c_str()) > 0))
            newest = {std::get<0>(time), std::get<1>(time), name};
    }
    return std::get<2>(newest);
}

/// The logs of the attempt that is over get a folder of their own. `with_metrics`: so that a next attempt can begin
/// files of the same names, those of its metrics get names of their own, too.
inline void set_logs_aside(run_directory const& run, int attempt, bool with_metrics) {
    std::error_code code;
    std::filesystem::path const logs = run.attempt_logs(attempt);
    auto const move_all = [&code](std::filesystem::path const& folder, auto const& place_of) {
        std::vector<std::filesystem::path> found;
        for (std::filesystem::directory_iterator entry{folder, code}, end; !code && entry != end; entry.increment(code))
            found.push_back(entry->path());
        for (auto const& path : found)
            if (auto const to = place_of(path.filename().string()); !to.empty())
                std::filesystem::rename(path, to, code);
    };
    std::filesystem::create_directories(logs, code);
    move_all(run.system_logs(), [&](std::string const& name) {
        bool const stays = name.starts_with("attempt_") || name.starts_with("supervisor") || name == "slurm.txt";
        return stays ? std::filesystem::path{} : logs / name;
    });
    move_all(run.metrics(), [&](std::string const& name) {
        return name.ends_with(".times") ? logs / name : std::filesystem::path{};
    });
    if (!with_metrics) return;
    std::string const mark = ".attempt_" + std::to_string(attempt);
    move_all(run.metrics(), [&](std::string const& name) {
        bool const is_rank = name.starts_with("rank_") && name.find(".attempt_") == std::string::npos;
        std::size_t const dot = name.find('.');
        if (!is_rank || dot == std::string::npos) return std::filesystem::path{};
        return run.metrics() / (name.substr(0, dot) + mark + name.substr(dot));
    });
}

}  // namespace estima::inline v0_1
