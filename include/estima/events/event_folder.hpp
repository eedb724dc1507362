// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <estima/events/event_file.hpp>

namespace estima::inline v0_1 {

/// Follows all event files of a folder and of those below it, as TensorBoard does: files whose names contain
/// "tfevents". A program that is started again adds files; what all of them say counts, and once if they are renamed.
class event_folder {
public:
    /// More files, or folders deeper than that, are not looked at: a script can make any number of them.
    static constexpr std::size_t most_files = 10'000;
    static constexpr int deepest = 32;
    static constexpr std::size_t most_folders = 1000;  // the system watches some thousands for all of a user's runs

    explicit event_folder(std::filesystem::path folder) : folder_{std::move(folder)} {}

    /// What is there now does not count, only what is added to it.
    void pass_over() {
        find_files();
        for (auto& [path, file] : files_) file.pass_over();
        links_passed_ = links_.size();
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

    /// The folders below it that were there at the last look, 1,000 of them at most: to be watched for changes.
    std::vector<std::filesystem::path> const& folders() const noexcept { return folders_; }
    /// Whether there are more, at which somebody has to look from time to time.
    bool has_more_folders() const noexcept { return has_more_folders_; }

    /// What could not be read, or was left out, in words. To be asked when all has been read.
    std::vector<std::string> damage() const {
        std::vector<std::string> all;
        auto const left_out = [&](std::string const& first, std::size_t more, char const* one, char const* many) {
            all.push_back(std::filesystem::path{first}.lexically_relative(folder_).string() +
                          (more == 0 ? one : " and " + std::to_string(more) + many));
        };
        if (std::size_t const links = links_.size() - links_passed_; links > 0)
            left_out(last_link_, links - 1,
                     " is a link to another place: what may be there for TensorBoard was left out",
                     " more are links to other places: what may be there for TensorBoard was left out");
        if (too_many_ > 0)
            left_out(first_left_out_, too_many_ - 1, " was left out: there are 10,000 other files for TensorBoard",
                     " more were left out: there are 10,000 other files for TensorBoard");
        if (!too_deep_.empty())
            left_out(too_deep_, 0, " was not looked at for TensorBoard: it is more than 32 folders deep", "");
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
        folders_.clear(), too_deep_.clear(), paths_.clear();
        too_many_ = 0, has_more_folders_ = false;
        namespace fs = std::filesystem;
        fs::recursive_directory_iterator entry{folder_, fs::directory_options::skip_permission_denied, code};
        for (fs::recursive_directory_iterator const end; !code && entry != end; entry.increment(code)) {
            std::string const& path = entry->path().native();
            bool const is_named = entry->path().filename().native().find("tfevents") != std::string::npos;
            fs::file_type const type = entry->symlink_status(code).type();
            if (type == fs::file_type::directory) found_folder(entry);
            else if (type == fs::file_type::symlink) found_link(*entry, is_named);
            else if (type == fs::file_type::regular && is_named && !files_.contains(path)) found_file(entry->path());
        }
    }

    void found_folder(std::filesystem::recursive_directory_iterator& entry) {
        if (entry.depth() >= deepest) {
            entry.disable_recursion_pending();
            too_deep_ = entry->path();
        }
        if (folders_.size() < most_folders) folders_.push_back(entry->path());
        else has_more_folders_ = true;
    }
    void found_file(std::filesystem::path path) {
        for (std::string other; is_renamed(path, other); path = other)
            if (other.empty()) return;
        if (files_.size() >= most_files) {
            if (too_many_++ == 0) first_left_out_ = path;
            return;
        }
        std::filesystem::path const below = path.parent_path().lexically_relative(folder_);
        prefixes_.emplace(path, below == "." ? "" : below.generic_string() + '/');
        files_.emplace(path, event_file{path});
    }
    /// A known file goes on under its new name, with the tags of its first place. One that is known by another name
    /// still is a link, and counts like any other file. `other`: its old name, if another file has that now.
    bool is_renamed(std::filesystem::path const& path, std::string& other) {
        struct stat now {}, there {};
        if (::lstat(path.c_str(), &now) != 0) return false;
        if (paths_.empty())
            for (auto const& [known, file] : files_) paths_.emplace(file.id(), known);
        auto const [begin, end] = paths_.equal_range({now.st_dev, now.st_ino});
        for (auto known = begin; known != end; ++known) {
            auto const file = files_.find(known->second);
            if (file == files_.end()) continue;
            bool const is_there = ::lstat(known->second.c_str(), &there) == 0;
            if (is_there && there.st_dev == now.st_dev && there.st_ino == now.st_ino) return false;
            if (!file->second.goes_on_at(path)) {
                if (!is_there && !file->second.is_begun()) {  // nothing of it counted
                    files_.erase(file);
                    prefixes_.erase(known->second);
                }
                continue;
            }
            auto moved = files_.extract(file);
            auto prefix = prefixes_.extract(known->second);
            moved.key() = prefix.key() = path;
            files_.insert(std::move(moved));
            prefixes_.insert(std::move(prefix));
            other = is_there && S_ISREG(there.st_mode) ? known->second : "";
            return true;
        }
        return false;
    }
    /// A link that stays in the folder tells nothing new: "latest" of a training library's.
    void found_link(std::filesystem::directory_entry const& link, bool is_named) {
        namespace fs = std::filesystem;
        std::error_code code;
        if (links_.size() >= most_files || links_.contains(link.path()) ||
            !(fs::is_directory(link.path(), code) || (is_named && fs::is_regular_file(link.path(), code))))
            return;
        fs::path const target = fs::canonical(link.path(), code), top = fs::canonical(folder_, code);
        if (code || std::mismatch(top.begin(), top.end(), target.begin(), target.end()).first == top.end()) return;
        links_.insert(link.path());
        last_link_ = link.path();
    }

    std::filesystem::path folder_;
    std::map<std::string, event_file> files_{};  // by path, and so those of one folder in the order of their times
    std::map<std::string, std::string> prefixes_{};
    std::multimap<std::pair<dev_t, ino_t>, std::string> paths_{};  // of files_, while the folder is looked through
    std::vector<std::filesystem::path> folders_{};
    bool has_more_folders_ = false;
    std::set<std::string> links_{};  // out of the folder
    std::size_t links_passed_ = 0, too_many_ = 0;
    std::string last_link_{}, first_left_out_{}, too_deep_{};
};

}  // namespace estima::inline v0_1
