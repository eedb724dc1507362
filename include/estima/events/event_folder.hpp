// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/events/event_file.hpp>

namespace estima::inline v0_1 {

/// Follows all event files of a folder and of those below it, as TensorBoard does: files whose names contain
/// "tfevents". A program that is started again adds files; what all of them say counts.
class event_folder {
public:
    /// More files, or folders deeper than that, are not looked at: a script can make any number of them.
    static constexpr std::size_t most_files = 10'000;
    static constexpr int deepest = 8;
    static constexpr std::size_t most_folders = 64;

    explicit event_folder(std::filesystem::path folder) : folder_{std::move(folder)} {}

    /// What is there now does not count, only what is added to it.
    void pass_over() {
        find_files();
        for (auto& [path, file] : files_) file.pass_over();
    }

    /// Reads what was added since last time, `budget` bytes of it at most or a little more, and calls
    /// `take(std::string const& name, summary_event const&, summary_value const&)` for each value. The name is the tag,
    /// and in front of it the folder that the file lies in: "train/loss". True if there is more already.
    template <class Take>
    bool read(std::int64_t budget, Take const& take) {
        find_files();
        bool has_more = false;
        for (auto& [path, file] : files_)
            has_more = file.read(budget, [&, &prefix = prefixes_.at(path)](summary_event const& event) {
                for (summary_value const& value : event.values) take(prefix + value.tag, event, value);
            }) || has_more;
        return has_more;
    }

    /// The folders below it that were there at the last look, 64 of them at most: to be watched for changes.
    std::vector<std::filesystem::path> const& folders() const noexcept { return folders_; }

    /// What could not be read, in words: one for each file that is damaged. To be asked when all has been read.
    std::vector<std::string> damage() const {
        std::vector<std::string> all;
        for (auto const& [path, file] : files_) {
            std::string const name = std::filesystem::path{path}.lexically_relative(folder_).string();
            if (file.lost_at() >= 0)
                all.push_back(name + " is damaged at byte " + std::to_string(file.lost_at()) +
                              "; what follows there could not be read");
            if (file.skipped() > 0)
                all.push_back(
                    name + ": " + std::to_string(file.skipped()) +
                    (file.skipped() == 1 ? " damaged record was left out" : " damaged records were left out"));
            if (file.lost_at() < 0 && file.is_torn()) all.push_back(name + " ends in the middle of a record");
        }
        return all;
    }

private:
    void find_files() {
        std::error_code code;
        folders_.clear();
        namespace fs = std::filesystem;
        fs::recursive_directory_iterator entry{folder_, fs::directory_options::skip_permission_denied, code};
        for (fs::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
            if (entry.depth() >= deepest) entry.disable_recursion_pending();
            if (folders_.size() < most_folders && entry->symlink_status(code).type() == fs::file_type::directory)
                folders_.push_back(entry->path());
            std::string const& path = entry->path().native();
            if (files_.size() >= most_files ||
                entry->path().filename().native().find("tfevents") == std::string::npos || files_.contains(path) ||
                !entry->is_regular_file(code))
                continue;
            fs::path const below = entry->path().parent_path().lexically_relative(folder_);
            prefixes_.emplace(path, below == "." ? "" : below.generic_string() + '/');
            files_.emplace(path, event_file{path});
        }
    }

    std::filesystem::path folder_;
    std::map<std::string, event_file> files_{};  // by path, and so those of one folder in the order of their times
    std::map<std::string, std::string> prefixes_{};
    std::vector<std::filesystem::path> folders_{};
};

}  // namespace estima::inline v0_1
