// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <estima/archive/export_run.hpp>
#include <estima/archive/import_run.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/interruption.hpp>
#include <estima/terminal/print_error.hpp>
#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>

/// Runs as files: out of a workspace, and into one.
namespace estima::inline v0_1::terminal {

struct export_options {
    std::string run;
    std::string file;
    bool overwrite = false;  ///< in the place of a file of that name
};

/// Writes a run with its snapshot to one file. Returns 1 if an output is not as it was recorded. EST-508: there is such
/// a file; EST-648: its name; EST-638: it is not over; EST-208, EST-301.
inline int export_to_archive(workspace const& where, export_options const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    exported_run const written = [&] {
        interruption const may_come;
        progress_bar bar{on};
        return export_run(where, run.id(), options.file,
                          {.exist_ok = options.overwrite, .progress = [&](std::uint64_t bytes, std::uint64_t total) {
                               may_come.look();
                               bar.show(bytes, total, run.id());
                           }});
    }();
    int const code = written.changed.empty() ? 0 : 1;
    if (on.json) {
        on.print_json({{"run_id", written.run_id},
                       {"file", written.file.string()},
                       {"files", written.files},
                       {"bytes", written.bytes},
                       {"archive_bytes", written.archive_bytes},
                       {"left_out", written.left_out},
                       {"changed", written.changed},
                       {"has_snapshot", written.has_snapshot}});
        return code;
    }
    *on.out << on.safe(written.file.string()) << ": " << counted(written.files, "file") << ", "
            << portal::human_bytes(written.bytes) << ", in " << portal::human_bytes(written.archive_bytes) << '\n';
    for (std::string const& path : written.left_out) *on.err << "left out: " << on.safe(path) << '\n';
    for (std::string const& path : written.changed) *on.err << "not as it was recorded: " << on.safe(path) << '\n';
    if (!written.has_snapshot) *on.err << "without its snapshot, which the workspace has no more\n";
    return code;
}

struct import_options {
    std::vector<std::string> files;
};

/// Takes runs from archives, each under the id that it has. What cannot be taken is told (EST-634 to EST-637, EST-301),
/// and makes it return 1; the others are taken.
inline int import_archives(workspace const& where, import_options const& options, screen const& on) {
    interruption const may_come;
    int code = 0;
    for (std::string const& file : options.files) try {
        may_come.look();
        imported_run const taken = [&] {
            progress_bar bar{on};
            return import_run(where, file, [&](std::uint64_t bytes, std::uint64_t total) {
                may_come.look();
                bar.show(bytes, total, file);
            });
        }();
        if (on.json)
            on.print_json({{"run_id", taken.run_id},
                           {"files", taken.files},
                           {"bytes", taken.bytes},
                           {"was_there", taken.was_there}});
        else
            *on.out << on.safe(taken.run_id)
                    << (taken.was_there ? ": is here already"
                                        : ": " + counted(taken.files, "file") + ", " + portal::human_bytes(taken.bytes))
                    << '\n';
    } catch (error const& e) {
        print_error(on, e);
        code = 1;
    }
    return code;
}

}  // namespace estima::inline v0_1::terminal
