// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <estima/portal/human.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>
#include <estima/terminal/words.hpp>

namespace estima::inline v0_1::terminal {

struct download_words {
    std::string run;
    std::vector<std::string> paths{};  ///< files of the run, or folders of them; empty: all
    std::string directory{};           ///< where to; empty: a folder with the run's id as its name, here
};

namespace detail {
/// What was copied, and which files were not; returns the exit code.
inline int told_download(screen const& on, json told, std::string const& begin, std::string const& directory,
                         download_progress const& copied, std::vector<not_downloaded::file> const& failed) {
    if (on.json) {
        told.update({{"directory", directory}, {"files", copied.files}, {"bytes", copied.bytes}});
        told["failed"] = json::array();
        for (auto const& one : failed)
            told["failed"].push_back({{"path", one.name}, {"id", one.id}, {"why", one.why}});
        on.print_json(told);
    } else {
        *on.out << begin << counted(copied.files, "file") << ", " << portal::human_bytes(copied.bytes) << ", in "
                << on.safe(directory) << '\n';
        for (auto const& one : failed)
            *on.err << "not copied: " << on.safe(one.name) << ": [" << one.id << "] " << on.told(one.why) << '\n';
    }
    return failed.empty() ? 0 : 1;
}

/// Calls `copy(options)` with a bar of progress, and tells what came of it.
template <class Copy>
int download_with_bar(screen const& on, json told, std::string const& begin, std::string const& directory,
                      Copy const& copy) {
    download_progress copied;
    std::vector<not_downloaded::file> failed;
    try {
        progress_bar bar{on};
        copy(download_options{.on_progress = [&](download_progress const& p) {
            copied = p;
            bar.show(p.bytes, p.total_bytes, p.file);
        }});
    } catch (not_downloaded const& e) {
        copied = e.copied;
        failed = e.files;
    }
    return told_download(on, std::move(told), begin, directory, copied, failed);
}
}  // namespace detail

/// Copies files of a run, checked against their checksums; what was interrupted is resumed. Returns 1 if some of them
/// cannot be copied, which are told beside the others. EST-502 to EST-504, EST-301.
inline int download_files(workspace const& where, download_words const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    std::filesystem::path const directory = options.directory.empty() ? run.id() : options.directory;
    std::vector<std::string> const paths = options.paths.empty() ? std::vector<std::string>{""} : options.paths;
    return detail::download_with_bar(on, json::object(), "", directory.string(), [&](download_options const& how) {
        run.download_files(paths, directory, how);
    });
}

}  // namespace estima::inline v0_1::terminal
