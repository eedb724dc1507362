// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <string>

#include <estima/history/run_details.hpp>
#include <estima/history/run_directory.hpp>
#include <estima/system/clock.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1::detail {

/// "0.84 s", "12.3 s", "3 min 20 s", "5 h 03 min".
inline std::string duration_text(double seconds) {
    char text[64];
    long const whole = static_cast<long>(seconds + 0.5);
    if (seconds < 10)
        std::snprintf(text, sizeof text, "%.2f s", seconds);
    else if (seconds < 60)
        std::snprintf(text, sizeof text, "%.1f s", seconds);
    else if (seconds < 3600)
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    return text;
}

/// What wait_for_completion ends with when it shows output. Of an error that is thrown next only the first line.
inline void print_summary(std::ostream& out, run_details const& details, run_directory const& run, bool throws_error) {
    out << "\nExecution Summary\n=================\n"
        << "RunId: " << details.run_id << '\n'
        << "Status: " << to_string(details.status) << '\n'
        << "Duration: " << duration_text(details.duration_seconds(epoch_seconds())) << '\n';
    for (std::string const& warning : details.warnings) out << "Warning: " << warning << '\n';
    if (details.error) {
        error_text const text = text_of(details.run_id, *details.error, run.system_logs().string());
        out << "Error: " << error{details.error->id, throws_error ? error_text{.what = text.what} : text}.what()
            << '\n';
    }
    if (!details.artifacts.empty()) {
        out << "Outputs: " << run.outputs().string() << '\n';
        std::size_t const told = std::min<std::size_t>(details.artifacts.size(), 10);
        for (std::size_t i = 0; i < told; ++i)
            out << "  " << shown(details.artifacts[i].path) << " (" << details.artifacts[i].bytes
                << (details.artifacts[i].bytes == 1 ? " byte)\n" : " bytes)\n");
        if (told < details.artifacts.size()) out << "  and " << details.artifacts.size() - told << " more\n";
    }
    out.flush();
}

}  // namespace estima::inline v0_1::detail
