// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <estima/base/error.hpp>
#include <estima/system/shown.hpp>

namespace estima::inline v0_1 {

/// What stands in the way of a snapshot, gathered so that all of it is told at once. Several threads may add.
class snapshot_problems {
public:
    enum class kind { leaving_link, special_file, unreadable, changing };

    void add(kind what, std::string_view path, std::string_view detail) {
        std::lock_guard const lock{mutex_};
        found_.emplace_back(what, std::string{path}, std::string{detail});
    }

    /// The error has the id of the first kind that occurs, in the order above, and lists all kinds.
    void throw_if_any(std::filesystem::path const& source) {
        std::lock_guard const lock{mutex_};
        if (found_.empty()) return;
        constexpr std::size_t at_most = 20;
        std::sort(found_.begin(), found_.end());
        std::string list;
        for (std::size_t i = 0; i < std::min(found_.size(), at_most); ++i) {
            auto const& [what, path, detail] = found_[i];
            list.append("\n    ").append(shown(path)).append(": ").append(detail);
        }
        if (found_.size() > at_most) list += "\n    and " + std::to_string(found_.size() - at_most) + " more";
        static constexpr struct {
            char const *id, *what, *remedy;
        } texts[] = {
            {"EST-203", "the source directory has symbolic links that lead out of it",
             "make them relative links to something inside, copy what they point to, or name them in .amlignore"},
            {"EST-204", "the source directory has files that are neither file, directory nor link",
             "remove them, or name them in .amlignore"},
            {"EST-205", "the source directory has files that cannot be read",
             "make them readable for this user, or name them in .amlignore"},
            {"EST-206", "files kept changing while the snapshot was taken",
             "wait until they are written, or name them in .amlignore"},
        };
        auto const& text = texts[static_cast<std::size_t>(std::get<kind>(found_.front()))];
        throw error{text.id, {.what = text.what, .where = shown(source.string()), .why = list, .remedy = text.remedy}};
    }

private:
    std::mutex mutex_;
    std::vector<std::tuple<kind, std::string, std::string>> found_;
};

}  // namespace estima::inline v0_1
