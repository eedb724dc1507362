// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/history/artifacts.hpp>
#include <estima/portal/human.hpp>
#include <estima/terminal/find_run.hpp>
#include <estima/terminal/progress_bar.hpp>
#include <estima/terminal/screen.hpp>

namespace estima::inline v0_1::terminal {

struct download_options {
    std::string run;
    std::vector<std::string> paths{};  ///< files of the run, or folders of them; empty: all
    std::string directory{};           ///< where to; empty: a folder with the run's id as its name, here
};

namespace detail {
/// The files of a run that are asked for, with their sizes. EST-502: a path names none.
inline std::map<std::string, std::uint64_t> files_to_download(run const& run, download_options const& options) {
    std::map<std::string, std::uint64_t> sizes, wanted;
    for (artifact_record const& a : run.get_details().artifacts) sizes[a.path] = a.bytes;
    for (std::string const& name : run.get_file_names()) {
        if (sizes.contains(name)) continue;
        std::error_code gone;
        auto const bytes = std::filesystem::file_size(
            (name.starts_with("logs/") ? run.directory().code() : run.directory().path) / name, gone);
        sizes[name] = gone ? 0 : bytes;
    }
    if (options.paths.empty()) return sizes;
    for (std::string path : options.paths) {
        while (path.ends_with('/')) path.pop_back();
        bool is_there = false;
        for (auto const& [name, bytes] : sizes)
            if (name == path || name.starts_with(path + "/")) {
                wanted[name] = bytes;
                is_there = true;
            }
        if (!is_there) run.download_files(path, options.directory);  // says what there is
    }
    return wanted;
}
}  // namespace detail

/// Copies files of a run, checked against their checksums. EST-502, EST-503, EST-504, EST-301.
inline int download_files(workspace const& where, download_options const& options, screen const& on) {
    run const run = find_run(where, options.run);
    std::filesystem::path const directory = options.directory.empty() ? run.id() : options.directory;
    auto const files = detail::files_to_download(run, options);
    std::uint64_t total = 0, done = 0;
    for (auto const& [name, bytes] : files) total += bytes;
    {
        progress_bar bar{on, total};
        for (auto const& [name, bytes] : files) {
            bar.show(done, name);
            std::string const target = (directory / name).string();
            run.download_file(name, target);
            done += bytes;
            if (on.json) on.print_json({{"path", name}, {"bytes", bytes}, {"file", target}});
        }
    }
    if (!on.json)
        *on.out << files.size() << (files.size() == 1 ? " file, " : " files, ") << portal::human_bytes(total) << ", in "
                << on.safe(directory.string()) << '\n';
    return 0;
}

}  // namespace estima::inline v0_1::terminal
