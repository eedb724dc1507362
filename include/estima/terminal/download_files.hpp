// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
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

/// Copies files of a run, checked against their checksums; what was interrupted is resumed. EST-502 to EST-504,
/// EST-301.
inline int download_files(workspace const& where, download_words const& options, screen const& on) {
    run const run = find_run(where, options.run, on);
    std::filesystem::path const directory = options.directory.empty() ? run.id() : options.directory;
    std::vector<std::string> const paths = options.paths.empty() ? std::vector<std::string>{""} : options.paths;
    std::size_t files = 0;
    std::uint64_t bytes = 0;
    {
        progress_bar bar{on};
        files = run.download_files(paths, directory, {.on_progress = [&](download_progress const& p) {
                                       bytes = p.bytes;
                                       bar.show(p.bytes, p.total_bytes, p.file);
                                   }});
    }
    if (on.json)
        on.print_json({{"directory", directory.string()}, {"files", files}, {"bytes", bytes}});
    else
        *on.out << counted(files, "file") << ", " << portal::human_bytes(bytes) << ", in "
                << on.safe(directory.string()) << '\n';
    return 0;
}

}  // namespace estima::inline v0_1::terminal
