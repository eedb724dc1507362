// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/statvfs.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/history/run_record.hpp>
#include <estima/system/file_tail.hpp>

namespace estima::inline v0_1 {

/// Lines of a rank's standard error that an error quotes.
inline constexpr std::size_t stderr_tail_lines = 20;

/// The text of an exception as the error of a run: one sentence, with its cause and its remedy.
inline run_error to_run_error(error const& e) {
    error_text const& text = e.text();
    std::string message = text.what;
    if (!text.where.empty()) message += " (" + text.where + ")";
    if (!text.why.empty()) message += ": " + text.why;
    if (!text.remedy.empty()) message += "; " + text.remedy;
    return {.id = e.id(), .message = std::move(message)};
}

/// For the end of an error's sentence: says so if the file system of the run is full, which explains most failures.
inline std::string note_if_full(run_directory const& run) {
    constexpr std::uint64_t too_little = 128 * 1024;  // bytes: what was cleared away since may have made some room
    struct statvfs space {};
    bool const is_full =
        ::statvfs(run.path.c_str(), &space) == 0 &&
        (std::uint64_t{space.f_bavail} * space.f_frsize < too_little || (space.f_files > 0 && space.f_favail == 0));
    return is_full ? "; the file system of the workspace is full" : "";
}

}  // namespace estima::inline v0_1
